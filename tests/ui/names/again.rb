package ui

connector pay "payments" {
  reads get(id: strng) GET "/charges/{id}"
  writes refund(id: string) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay, shipping }
policy work {
  allow call pay.refund by desk
  deny call pay.refund where session has personal because "personal"
  deny call pay.get where session has personal because "personal"
  deny release where session has personal because "personal"
  deny delegate where session has personal because "personal"
  allow call shipping by desk
}
test "cascades" { call pay.get(id: "1") by desk expect allow }
