package acme.desk

label personal "names and addresses"
