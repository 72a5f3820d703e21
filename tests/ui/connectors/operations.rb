package ui

label personal "names and addresses"
connector shop "orders" {
  entity order { id: string key  total: money(USD) }
  entity seat  { row: int key  place: string key }
  reads labelled(name: string personal, id: string key) GET "/a"
  reads twice(id: string, id: int) GET "/b"
  reads fill(id: string) -> string { id: args.id } GET "/c"
  reads fields(id: string, n: int) -> order { id: args.n, totl: args.id } GET "/d"
  reads maybe(id: string) -> order? GET "/e"
  reads literal(id: string) -> order { id: "x" } GET "/e"
  writes change(id: string, n: int) changes order POST "/f"
  writes change_more(id: string, n: int) changes seat(args.id, args.n) changes order(args.idd) changes order("x") POST "/g"
  reads bind(id: string) -> list of order binds order GET "/h"
  reads bind_seat(row: int, place: string) -> seat binds seat GET "/i"
  reads remove(id: string) DELETE "/j/{id}"
  reads path(id: string) GET "/k/{key}"
  reads two(id: string) GET "/l" POST "/l"
  reads optional(limit: int? = 20) GET "/m"
}
