package ui

connector shop "orders" { reads get(id: string) GET "/orders/{id}" }
team support { purpose "answers people" }
agent bot "orders" { purpose "looks orders up" uses shop accepts bot }
agent clerk "orders" {
  owner "desk@acme.example"
  owner "shop@acme.example"
  owners "x"
  purpose clerk
  team "support"
  uses shop
}
provider acme { }
model small "a small model" { provider acme  id "small-1"  speed "fast"  provider acme }
