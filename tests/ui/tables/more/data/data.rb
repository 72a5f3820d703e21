package acme.data

table twice from "twice.csv" { id: string key }
table nothing from "nothing.csv" { id: string key }
table nul from "nul.csv" { id: string key }
table latin from "latin.csv" { id: string key }
table after from "after.csv" { id: string key }
