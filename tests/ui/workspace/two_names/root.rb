workspace acme
workspace other

package acme.desk in "desk/" declares agents
