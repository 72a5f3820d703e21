# tickets.rb: what the support team's agents may do. Only a policy of an agent's own package can grant; what nothing
# grants is denied.
package acme.support

import acme.platform.{ org, shared_channels }
import std.connectors.{ slack, stripe }
import std.detectors.{ email, phone, iban, credit_card }

policy tickets {
  allow call crm.{ get_contact, search_cases } by support_bot

  allow call crm.update_case by support_bot
    where args.status in ["open", "pending"]

  # A support lead, or somebody below in the tree, may have cases closed.
  allow call crm.update_case by support_bot
    where args.status == "closed" and requester.id in org("tier-2")

  allow call crm.export_contacts by support_bot
    where "exporter" in requester.roles
  allow call crm.delete_contact by support_bot

  allow call identity by support_bot

  allow call slack.post_message by support_bot
    where args.channel matches /#support-.*/
    with  redact args.text of [email, phone, iban, credit_card]
}

# What the platform cannot know: these channels are read by customers.
guard shared {
  ask data_office before call slack.post_message
    where shared_channels(args.channel) is present
    because "a customer reads this channel"
}

policy refunds {
  let small = 100.00 USD

  # Judged by what the payment system answered, not by what the agent says.
  let c = seen stripe.charge(args.charge) otherwise deny because "look the charge up first"

  allow call stripe.get_charge by support_bot

  allow call stripe.create_refund by support_bot
    where args.amount <= small and session has verified

  # A person signs off what is not small.
  ask finance_leads before call stripe.create_refund by support_bot
    where args.amount > small and args.amount <= 5_000.00 USD
    because "refunds above 100 USD need a finance lead"
    wait at most 4 hours

  deny call stripe.create_refund where args.amount > 5_000.00 USD
    because "refunds above 5,000 USD are made by hand"

  deny call stripe.create_refund where c.refunded or args.amount > c.amount
    because "a charge is refunded once, and by no more than was paid"
  deny call stripe.create_refund where session.count(stripe.create_refund) >= 3
    because "three refunds in one conversation are enough"
}

policy languages {
  allow delegate to translator by support_bot
  allow call translation.translate by translator
    where args.to in ["de", "en", "fr", "pl"]
  allow release to agent by translator
}

policy answers {
  allow release to person by support_bot
    with redact of [iban, credit_card]
  allow release to agent by support_bot
  allow release to outside by support_bot          # the status page
    with redact of [email, phone, iban, credit_card]
}
