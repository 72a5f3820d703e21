# check: --format json
package ui

label personal "names and addresses"
group leads "who signs off"
connector pay "payments" { writes refund(amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by desk where args.amount <= 100
  deny call pay.refund where args.amuont > 9.00 USD because "too much"
}
