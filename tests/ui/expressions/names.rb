package ui

connector pay "payments" {
  writes refund(id: string, ids: list of string) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds {
  let a = args.id
  let args = 5
  let a = "x"
  allow call pay.refund by desk where any a in args.ids where a == "x"
  allow call pay.refund by desk where small
  let small = args.id == "1"
  allow call pay.refund by desk where small and any id in args.ids where id == "x" and any now in args.ids where now == id
}
