package ui

label personal "names and addresses"
group leads "who signs off"
connector pay "payments" {
  writes refund(id: string, amount: money(USD)) POST "/refunds"
  reads find(id: string) GET "/refunds/{id}"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
fn small(x: money(USD)) -> bool = x < 10.00 USD
policy work {
  let most = 100.00 USD
  allow call pay by desk
  deny call pay.refund where args.amount > 100.00 USD
}
test "a refund" { call pay.find(id: "1") by desk }
