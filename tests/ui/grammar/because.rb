package ui

connector pay "payments" { writes refund(amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds {
  allow call pay.refund by desk
  deny call pay.refund where args.amount > 100.00 USD because
  deny call pay.refund where args.amount > 90.00 USD because large
}
