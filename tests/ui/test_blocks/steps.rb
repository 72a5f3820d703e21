package ui

label personal "names and addresses"
group leads "who signs off"
table rates { code: string key } rows { ("a") }
connector pay "payments" {
  entity charge { id: string key  to: string }
  reads get(id: string) -> charge GET "/charges/{id}" yields personal
  writes refund(id: string, note: string) POST "/refunds"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
agent clerk "orders" { owner "desk@acme.example" purpose "looks orders up" uses pay }
policy work {
  allow call pay by { desk, clerk }
  ask leads before call pay.get where session has personal because "look at it"
}
test "arguments" {
  call pay.get(id: "1", ids: "2", id: "3") by desk
  expect allow
  then call pay.refund(id: "1") by desk
  expect allow
  then call pay by desk
  expect allow
}
test "expectations" {
  expect allow
  call pay.get(id: "1")
  expect allow
  expect deny
  expect cost at most 1.00 USD
}
test "results" {
  call pay.refund(id: "1", note: "") by desk -> { id: "1" }
  expect allow
  then release to person by desk
  expect deny
  then release to nobody text: "x" by desk
  expect deny
}
test "fixtures" {
  at 2026-01-01T10:00:00Z
  at 2026-01-02T10:00:00Z
  given requester { id: "anna" }
  given seen charge { to: "me" }
  call pay.get(id: "1") by desk
  expect allow
  given session has personal
}
test "fixtures" {
  call pay.get(id: "1") by desk
}
