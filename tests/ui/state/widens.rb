package ui

label personal "names and addresses"
proof verified "who they are" lasts 15 minutes
group leads "who signs off"
connector pay "payments" {
  entity charge { id: string key  to: string }
  reads get(id: string) -> charge GET "/charges/{id}" yields personal
  writes refund(id: string, note: string) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.get by desk
  allow call pay.refund by desk where not (session has verified)
  allow call pay.refund by desk where session has personal
  ask leads before call pay.refund where args.id in seen charge because "look at it"
}
guard known {
  deny call pay.refund where args.id in seen charge because "once only"
}
