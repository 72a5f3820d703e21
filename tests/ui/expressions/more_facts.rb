package ui

context requester { level: int }
connector pay "payments" {
  entity charge { id: string key  amount: money(USD) }
  entity seat { row: int key  place: string key }
  writes refund(id: string, at: time, state: one of { open, closed }) -> charge POST "/refunds"
}
connector shop "orders" { writes close(id: string) POST "/close"  reads get(id: string) GET "/" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay, shop }
policy refunds {
  let u = seen charge(args.id) otherwise deny
  let always = args.id otherwise deny because "not there"
  let open = args.state
  allow call pay.refund by desk where u.id == always
  allow call pay.refund by desk where requester.levl > 1
  allow call pay.refund by desk where args.id in seen charge.amount
  allow call pay.refund by desk where bound seat is present
  allow call pay.refund by desk where said(args.at)
  allow call pay.refund by desk where session.count(pay.refund, pay.refund) > 1
  allow call shop except { refund } by desk
  allow call shop.{ get } except { close } by desk
  allow call pay.refund by desk where args.state == open
  allow call shop.clos by desk
  allow call pay except { clse } by desk
}
