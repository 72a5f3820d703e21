package ui

connector pay "payments" {
  writes refund(id: string, amount: money(USD)) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by desk
  limit call pay.refund for each colour at most 5 per day
  limit call pay.refund for each agent at most 5 per fortnight
  limit call pay.refund of args.id for each agent at most 5 per day
}
