# root.rb: a company whose agents ask for a task, never for a model.
workspace routes

package acme.platform in "platform/" declares models, labels, guards
package acme.support  in "support/"  declares agents, policies, routes

zone "Europe/Berlin"
now  2026-11-23T10:00:00+01:00         # for tests and replay
