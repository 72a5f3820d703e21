# root.rb: an agent that works on a folder of notes, through a filesystem server that knows nothing of any of this.
workspace gate

package gate.notes in "notes/" declares connectors, labels, groups, agents, policies, guards, tests
