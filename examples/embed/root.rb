# root.rb: whose directory is whose, and what each may declare.
workspace embed

package shop.support in "policies/" declares connectors, agents, groups, policies, guards, tests
