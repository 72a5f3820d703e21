workspace p12

package p12 in "policies/" declares connectors, agents, policies, guards
