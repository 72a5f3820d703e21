# root.rb: whose directory is whose, and what each may declare.
workspace airline

package acme.airline in "policies/" declares connectors, groups, tables, agents, policies, guards, tests

zone "-05:00"                          # the desk works by Eastern Standard Time, all year
now  2024-05-15T15:00:00-05:00         # "The current time is 2024-05-15 15:00:00 EST": for tests and replay
