# root.rb: whose directory is whose, and what each may declare. Owned by the platform team (CODEOWNERS).
workspace acme

package acme.platform in "platform/" declares labels, proofs, contexts, groups, tables, trees, guards
package acme.systems  in "systems/"  declares connectors
package acme.support  in "support/"  declares teams, agents, policies, guards
  uses crm, identity, translation, std.connectors.{ slack, stripe }
package acme.research in "research/" declares agents, policies
  uses crm, std.connectors.github

zone "Europe/Berlin"
now  2026-11-23T10:00:00+01:00         # for tests and replay: a Monday morning
