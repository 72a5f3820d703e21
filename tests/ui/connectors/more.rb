package ui

connector shop "orders" {
  failure Error
  kind 12
  reads get(m: map of int = { a: 1, a: 2 }, t: time = "2026-01-01T10:00:00", n: int = -(1)) GET "/orders/{id"
}
