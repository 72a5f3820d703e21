package ui

connector pay "payments" { writes refund(amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds {
  allow call pay.refund by desk where args.amount = 100.00 USD
}
