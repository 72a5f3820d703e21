package ui

connector pay "payments" {
  writes refund(id: string, amount: money(USD)) POST "/refunds"
  reads find(id: int) GET "/refunds/{id}"
}
connector shop "orders" { reads get(order: string) GET "/orders/{order}" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
agent clerk "orders" { owner "desk@acme.example" purpose "looks orders up" uses shop }
policy work {
  allow call pay by desk
  allow call shop.get by desk
  allow call shop by clerk
  deny call pay where args.amount > 1.00 USD because "too much"
  deny call pay where args.id == "1" because "not this one"
  deny call where args.id == "1" because "not this one"
  deny release where args.id == "1" because "not this one"
  allow delegate to clerk by desk
  allow release to stranger by desk
  allow infer by desk
  ask requester before infer by desk where model.name == "small" because "look at it"
  ask requester before call pay.refund because "look at it" wait at most 0 hours
}
