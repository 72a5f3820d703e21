package ui

connector pay "payments" {
  entity charge { id: string key  amount: money(USD)  on: date  parts: list of string }
  writes refund(id: string, amount: money(USD), note: string?, tags: list of string) -> charge POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
fn small(x: money(USD)) -> bool = x < 10.00 USD
fn since(d: date) -> bool = "2026-01-01" within the last 3 days
policy refunds {
  allow call pay.refund by desk where small(5)
  allow call pay.refund by desk where length(args.amount) > 3
  allow call pay.refund by desk where args.amount starts with "1"
  allow call pay.refund by desk where said(args)
  allow call pay.refund by desk where args.amount contains "5" or args.tags contains "a"
}
