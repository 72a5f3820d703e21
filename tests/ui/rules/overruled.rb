package ui

connector pay "payments" {
  writes refund(id: string, amount: money(USD)) POST "/refunds"
  reads find(id: string) GET "/refunds/{id}"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by desk
  allow call pay.{ find, refund } except { find } by { desk, desk }
}
guard closed {
  deny call pay.refund because "no refunds this week"
  deny call pay.find except { find } because "nothing"
}
