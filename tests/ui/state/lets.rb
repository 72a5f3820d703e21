package ui

group leads "who signs off"
connector pay "payments" {
  entity charge { id: string key  to: string }
  reads get(id: string) -> charge GET "/charges/{id}"
  writes refund(id: string, note: string) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  let c = seen charge(args.id) otherwise ask leads because "look the charge up first"
  allow call pay.get by desk
  allow call pay.refund by desk
  deny call pay.refund where c.to == "me" because "not to oneself"
}
