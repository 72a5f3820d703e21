package ui

connector pay "payments" {
  writes refund(id: string, amount: money(USD), parts: list of int) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by desk
  limit call pay.refund at most 600 per minute burst 50 warn at 80%
  limit call pay.refund of args.amount for each burst at most 5.00 USD per day
  limit call pay.refund at most 5 per day burst 6
  limit call pay.refund at most 5 per day burst 0
  limit call pay.refund at most 5 per session burst 2
  limit call pay.refund at most 5 at once burst 2
  limit call pay.refund of args.amount at most 5.00 USD per day burst 2
  limit call pay.refund of args.amount at most 5.00 USD per day burst args.amount
  limit infer at most 5_000 tokens per day burst 500
  limit call pay.refund where 1 == 1 at most 7 per day burst 2
}
