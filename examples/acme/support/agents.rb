# agents.rb: the support team's agents, and what they may touch.
package acme.support

import std.connectors.{ slack, stripe }

team support { owner "support@acme.example" }

agent support_bot {
  team    support
  owner   "support@acme.example"
  purpose "answers customer tickets"
  uses    crm.{ get_contact, search_cases, update_case, delete_contact, export_contacts }
  uses    identity
  uses    slack.post_message
  uses    stripe.{ get_charge, create_refund }
}

agent translator {
  team    support
  owner   "support@acme.example"
  purpose "puts a ticket into another language"
  uses    translation.translate
  accepts support_bot
}
