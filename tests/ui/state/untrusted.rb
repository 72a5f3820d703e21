package ui

label untrusted "what a stranger wrote"
connector pay "payments" {
  entity charge { id: string key  to: string  note: string untrusted }
  reads get(id: string) -> charge GET "/charges/{id}" yields untrusted
  writes refund(id: string, note: string) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work { allow call pay by desk }
guard known {
  deny call pay.refund unless args.note in seen charge.note because "a stranger wrote it"
}
