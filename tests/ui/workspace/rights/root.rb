workspace acme

package acme.systems in "systems/" declares connectors
package acme.desk in "desk/" declares agents, policies uses shipping
package acme.shop in "shop/" declares agents, policies uses pay, shiping
