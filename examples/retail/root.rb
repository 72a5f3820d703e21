# root.rb: whose directory is whose, and what each may declare.
workspace retail

package acme.retail in "policies/" declares connectors, agents, policies, guards, tests

zone "-05:00"                          # "All times in the database are EST"
now  2024-05-15T15:00:00-05:00         # for tests and replay
