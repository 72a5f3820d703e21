package ui

label personal "names and addresses"
connector pay "payments" {
  entity charge { id: string key }
  reads get(id: string) -> charge GET "/charges/{id}" yields personal
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds {
  allow call pay.get by personal
  ask desk before call pay.get by desk because "look at it"
}
