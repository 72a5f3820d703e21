package ui

connector shop "orders" {
  entity order { id: string key }
  reads get(id: string) -> order GET "/orders/{id}"
}
connector pay "payments" {
  entity order { id: string key }
  reads get(id: string) -> order GET "/orders/{id}"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay, shop }
policy refunds {
  let o = seen order("1") otherwise deny because "look the order up first"
  allow call pay by desk
  allow call shop by desk
  deny call pay where o.id == "1" because "not this one"
}
