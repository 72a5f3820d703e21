workspace acme

package acme.systems in "systems/" declares connectors
package acme.desk in "desk/" declares agents, policies, groups, labels uses acme.systems
package acme.shop in "shop/" declares agents, labels
