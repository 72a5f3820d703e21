# root.rb: the workspace that the gateway's tests decide with.
workspace gate

package gate.desk in "desk/" declares connectors, labels, groups, contexts, agents, policies, guards
