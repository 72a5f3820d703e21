package ui

connector pay "payments" {
  entity charge { id: string key  amount: money(USD) }
  entity seat { row: int key  place: string key }
  writes refund(id: string, amount: money(USD)) -> charge POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
fn who(x: string) -> bool = requester.id == x
fn what(x: string) -> bool = args.id == x
policy refunds {
  allow call pay.refund by desk where release.text == "x"
  allow call pay.refund by desk where delegate.to == desk
  allow release to person by desk where operation.destroys
  allow call pay.refund by desk where requester.id == "x"
  allow call pay.refund by desk where seen charge within the last 5 minutes
  allow call pay.refund by desk where count(seen charge.amount) > 1
  allow call pay.refund by desk where bound charge is present
  allow call pay.refund by desk where seen seat(1) is present
  allow call pay.refund by desk where args.id in seen seat
  allow call pay.refund by desk where operation has personal
  allow call pay.refund by desk where session.count(pay.refnd) > 1
  allow call pay.refund by desk where session.length(pay.refund) > 1
}
