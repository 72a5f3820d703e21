workspace acme

package acme.desk in "desk/" declares labels
