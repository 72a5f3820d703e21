package ui

fn late(states: list of one of { open, closed, lost }) -> bool = any s in states where s == lost
connector pay "payments" {
  writes refund(states: list of one of { open, closed }) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds {
  allow call pay.refund by desk where late(args.states)
}
