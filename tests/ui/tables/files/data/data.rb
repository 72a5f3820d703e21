package acme.data

table cells from "cells.csv" { id: string key  price: money(USD)  state: one of { open, closed } }
table short from "short.csv" { id: string key  price: money(USD) }
table columns from "columns.csv" { id: string key  price: money(USD) }
table quoted from "quoted.csv" { id: string key  price: money(USD) }
table objects from "objects.json" { id: string key  approved: bool }
table broken from "broken.json" { id: string key  approved: bool }
table again from "again.csv" { id: string key  price: money(USD) }
