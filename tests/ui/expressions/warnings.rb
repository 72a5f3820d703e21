package ui

connector pay "payments" {
  entity charge { id: string key  state: one of { open, closed }  kind: one of { card, bank } }
  writes refund(id: string, state: one of { open, closed }, reason: one of { late, lost }) -> charge POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds {
  allow call pay.refund by desk where args.id == "a" and args.id == "b"
  allow call pay.refund by desk where args.state in [open, closed]
  allow call pay.refund by desk where args.state == args.reason
  allow call pay.refund by desk where args.id in []
}
