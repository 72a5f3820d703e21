package ui

label personal "names and addresses"
label personal "names and addresses, once more"
type int { value: string }
connector pay "payments" {
  entity charge { id: string key }
  reads get(id: string) -> charge GET "/charges/{id}" yields personal
  writes get(id: string) -> charge POST "/charges/{id}"
}
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy refunds { allow call pay by desk }
policy refunds { allow call pay by desk }
context requester { id: string }
context requester { id: string  name: string }
context session { id: string }
