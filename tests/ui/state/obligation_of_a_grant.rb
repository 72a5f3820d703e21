package ui

proof verified "who they are" lasts 15 minutes
connector pay "payments" { writes refund(id: string, note: string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by desk where session has verified with stamp("checked")
  allow call pay.refund by desk where args.id == "1"
}
