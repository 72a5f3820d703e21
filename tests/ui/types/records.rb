package ui

label personal "names and addresses"
context requester { id: string key  name: string personal }
type flag { on: bool as "yes"  off: bool as "no" | "no"  text: string as "a" | "b" }
type nothing { }
type pair { left: int  left: int }
type tree_node { name: string  parts: list of tree_node }
table rates { code: string  rate: decimal } rows { ("a", 0.1) }
connector shop "orders" {
  entity order { id: string? key  lines: list of string key }
  entity person { name: string }
  entity seat { a: int key  b: int key  c: int key  d: int key  e: int key }
  reads get(id: string) -> order GET "/orders/{id}"
}
