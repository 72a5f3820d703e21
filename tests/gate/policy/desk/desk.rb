# desk.rb: a help desk whose tools are those of stub_server.py and stub_service.py.
package gate.desk

import std.detectors.email

label personal "about a person"
group leads "who signs payments"
context requester { roles: list of string }

type property { type: string  title: string?  description: string? }
type form { type: string  properties: map of property  required: list of string? }
type content { type: string  text: string? }
type turn { role: string  content: content }

connector desk "Stub MCP server" {
  kind desk
  failure "Error"

  entity ticket { id: string key  owner: string  open: bool }

  reads  get_ticket(id: string) -> ticket
  reads  find(query: string, most: int paging = 5)
  reads  read_customer(id: string) yields personal
  reads  slow(seconds: decimal)
  reads  echo(text: string)
  writes close_ticket(id: string) -> ticket
  writes pay(ticket: string, amount: money(USD))
  writes post(text: string) sends outside
  writes break_off(how: string)
  destroys wipe(id: string)
  reads  resources_read(uri: string)
  reads  resources_list()
  writes elicitation_create(message: string, requestedSchema: form) sends outside
  writes sampling_create(messages: list of turn, maxTokens: int) sends outside
}

connector crm "Stub service" {
  kind crm
  base "http://127.0.0.1"

  entity contact { id: string key  name: string }

  reads  get_contact(id: string) -> contact
    GET "/contacts/{id}"
  reads  search(query: string, most: int paging = 10)
    GET "/contacts"
  writes create(name: string, age: int?) -> contact
    POST "/contacts"
  destroys remove(id: string)
    DELETE "/contacts/{id}"
}

agent bot   { owner "desk"  purpose "answers tickets"  uses desk, crm }
agent clerk { owner "desk"  purpose "reads tickets"    uses desk.{ get_ticket, find } }

agent helper { owner "desk"  purpose "posts"       uses desk.{ post, echo } }

policy work {
  allow call desk.{ post, echo } by helper
  allow call desk.{ get_ticket, find, read_customer, slow, echo, close_ticket, break_off } by bot
  allow call desk.{ get_ticket, find } by clerk
  allow call desk.resources_read by bot where args.uri matches /desk:.*/
  allow call desk.resources_list by bot
  allow call desk.elicitation_create by bot
  allow call desk.sampling_create by bot where args.maxTokens <= 100

  allow call desk.pay by bot where args.amount <= 100.00 USD
  ask leads before call desk.pay by bot where args.amount > 100.00 USD because "payments above 100 USD need a lead" wait at most 1 hour
  allow call desk.wipe by bot where "admin" in requester.roles

  allow call crm.{ get_contact, search, create } by bot
  allow call crm.remove by bot where "admin" in requester.roles
}

policy outside {
  let t = seen desk.ticket(args.ticket) otherwise deny because "look the ticket up first"
  deny call desk.pay where not t.open because "the ticket is closed"
  allow call desk.post by bot
}

guard leaks {
  deny call desk.{ post, elicitation_create, sampling_create } where session has personal because "this session has read personal data; nothing may leave"
}

policy answers {
  allow release to agent by bot with redact of [email]
  allow release to agent by clerk
  allow release to agent by helper
}

guard often {
  limit call desk.echo where args.text == "counted" at most 2 per day
  limit call desk.slow where args.seconds == 9 at most 2 per day
}
