package acme.desk in "desk/" declares types
