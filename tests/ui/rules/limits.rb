package ui

connector pay "payments" {
  writes refund(id: string, amount: money(USD), parts: list of int) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by desk
  limit call pay.refund for each colour at most 5 per day
  limit call pay.refund for each agent at most 5 per fortnight
  limit call pay.refund of args.id for each agent at most 5 per day
  limit call pay.refund of args.amount * 2 for each agent at most 5.00 USD per day
  limit call pay.refund of args.amount at most args.amount per 24 hours
  limit call pay.refund at most 5
  limit call pay.refund at most 5 per day warn at 120%
  limit release to person for each operation at most 5 per session
}
