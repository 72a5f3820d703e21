package ui

connector pay "payments" {
  entity charge { id: string key  to: string }
  reads get(id: string) -> charge GET "/charges/{id}"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work { allow call pay by desk }
test "a field twice" { call pay.get(id: "1") by desk -> { id: "1", id: "2", to: "a" } expect allow }
context requester { level: int }
test "a requester twice" {
  given requester { level: 1 }
  given requester { level: 2 }
  call pay.get(id: "1") by desk
  expect allow
}
