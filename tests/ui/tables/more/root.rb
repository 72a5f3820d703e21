workspace acme

package acme.data in "data/" declares tables
