package acme.desk
