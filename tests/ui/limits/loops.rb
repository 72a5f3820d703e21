package ui

connector pay "payments" { writes refund(n: int, tags: list of string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by desk
    where any a in args.tags where any b in args.tags where any d in args.tags where any e in args.tags where any f in args.tags where a == f
}
