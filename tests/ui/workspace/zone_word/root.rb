workspace acme

package acme.desk in "desk/" declares types
zone Berlin
