package ui

label personal "names and addresses"
group leads "who signs off"
connector pay "payments" {
  entity charge { id: string key  note: string personl }
  writes refund(id: string) -> charge POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay, shipping }
policy refunds {
  allow call pay.refnd by desk
  allow call pay.refund by dsk
  ask leeds before call pay.refund by desk because "look at it"
}
