package ui

connector pay "payments" { writes refund(amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
polciy refunds {
  alow call pay.refund by desk
  allow call pay.refund by desk when args.amount < 5.00 USD
}
enum colour { red, green }
