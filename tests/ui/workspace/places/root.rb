workspace acme

package acme.desk in "desk/" declares agents
package acme.systems in "systems/" declares connectors
