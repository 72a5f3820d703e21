package ui

connector shop "orders" {
  reads find(state: string = open) GET "/orders"
}
table t { id: string key  n: int } rows { ("a", []) ("b", { x: 1 }) }
