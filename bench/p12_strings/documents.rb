# documents.rb: stands for bench/p12/policies/documents.rb where nothing is said of which roles, departments and environments there are.
package p12

connector docs "Documents" {
  reads  read(id: string, roles: set of string, dept: string, clearance: int, suspended: bool,
    path: string, owner: string, of: string, label: int, env: string, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes write(id: string, roles: set of string, dept: string, clearance: int, suspended: bool,
    path: string, owner: string, of: string, label: int, env: string, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes share(id: string, roles: set of string, dept: string, clearance: int, suspended: bool,
    path: string, owner: string, of: string, label: int, env: string, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  reads  export(id: string, roles: set of string, dept: string, clearance: int, suspended: bool,
    path: string, owner: string, of: string, label: int, env: string, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes deploy(id: string, roles: set of string, dept: string, clearance: int, suspended: bool,
    path: string, owner: string, of: string, label: int, env: string, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  writes pay(id: string, roles: set of string, dept: string, clearance: int, suspended: bool,
    path: string, owner: string, of: string, label: int, env: string, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
  destroys delete(id: string, roles: set of string, dept: string, clearance: int, suspended: bool,
    path: string, owner: string, of: string, label: int, env: string, amount: int, hour: int, mfa: bool,
    doc: string?, ip: string?, tool: string?, agent_id: string?, session_id: string?, trace: string?)
}
