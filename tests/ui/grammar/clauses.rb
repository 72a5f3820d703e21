package ui

connector pay "payments" { writes refund(amount: money(USD), note: string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds {
  allow call pay.refund where args.amount < 10.00 USD by desk
  deny call pay.refund where args.amount > 100.00 USD where args.note == "" because "too much without a note"
  deny call pay.refund where args.amount > 200.00 USD because "too much" wait at most 2 hours
}
