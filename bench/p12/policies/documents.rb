# documents.rb: one operation an action. The person and the thing stand in the arguments, as the peers have them in the request; no rule reads
# the last six. Roles, departments and environments are those that there are: bench/p12_strings has them as any strings.
package p12

connector docs "Documents" {
  reads  read(id: string, roles: set of one of { admin, reader, analyst, engineer, support, finance }, dept: one of { risk, sales, hr, platform }, clearance: int, suspended: bool,
    path: string, owner: string, of: one of { risk, sales, hr, platform }, label: int, env: one of { prod, staging, dev }, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes write(id: string, roles: set of one of { admin, reader, analyst, engineer, support, finance }, dept: one of { risk, sales, hr, platform }, clearance: int, suspended: bool,
    path: string, owner: string, of: one of { risk, sales, hr, platform }, label: int, env: one of { prod, staging, dev }, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes share(id: string, roles: set of one of { admin, reader, analyst, engineer, support, finance }, dept: one of { risk, sales, hr, platform }, clearance: int, suspended: bool,
    path: string, owner: string, of: one of { risk, sales, hr, platform }, label: int, env: one of { prod, staging, dev }, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  reads  export(id: string, roles: set of one of { admin, reader, analyst, engineer, support, finance }, dept: one of { risk, sales, hr, platform }, clearance: int, suspended: bool,
    path: string, owner: string, of: one of { risk, sales, hr, platform }, label: int, env: one of { prod, staging, dev }, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes deploy(id: string, roles: set of one of { admin, reader, analyst, engineer, support, finance }, dept: one of { risk, sales, hr, platform }, clearance: int, suspended: bool,
    path: string, owner: string, of: one of { risk, sales, hr, platform }, label: int, env: one of { prod, staging, dev }, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes pay(id: string, roles: set of one of { admin, reader, analyst, engineer, support, finance }, dept: one of { risk, sales, hr, platform }, clearance: int, suspended: bool,
    path: string, owner: string, of: one of { risk, sales, hr, platform }, label: int, env: one of { prod, staging, dev }, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  destroys delete(id: string, roles: set of one of { admin, reader, analyst, engineer, support, finance }, dept: one of { risk, sales, hr, platform }, clearance: int, suspended: bool,
    path: string, owner: string, of: one of { risk, sales, hr, platform }, label: int, env: one of { prod, staging, dev }, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
}
