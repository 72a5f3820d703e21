workspace acme

package acme.systems in "systems/" declares connectors, guards
package acme.desk in "desk/" declares agents, policies uses pay
package acme.shop in "shop/" declares agents, policies, guards uses pay
