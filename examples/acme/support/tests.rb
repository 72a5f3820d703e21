# tests.rb: each rule both ways.
package acme.support

import std.regions
import std.connectors.{ slack, stripe }

test "a small refund for a verified customer goes through" {
  given session has verified
  given seen stripe.charge { id: "ch_1", amount: 80.00 USD }
  call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
  expect allow by refunds
}
test "a small refund without a proof has no grant" {
  given seen stripe.charge { id: "ch_1", amount: 80.00 USD }
  call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
  expect deny
}
test "checking the code proves who the customer is" {
  given seen stripe.charge { id: "ch_1", amount: 80.00 USD }
  call identity.check_code(contact_id: "c_1", code: "000000") by support_bot -> "verified"
  expect allow
  then call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
  expect allow by refunds
}
test "a wrong code proves nothing" {
  given seen stripe.charge { id: "ch_1", amount: 80.00 USD }
  call identity.check_code(contact_id: "c_1", code: "000000") by support_bot -> "Error: wrong code"
  then call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
  expect deny
}
test "a large refund waits for a person" {
  given seen stripe.charge { id: "ch_1", amount: 800.00 USD }
  call stripe.create_refund(charge: "ch_1", amount: 250.00 USD) by support_bot
  expect ask finance_leads
}
test "a refund is not larger than the charge" {
  given session has verified
  given seen stripe.charge { id: "ch_1", amount: 30.00 USD }
  call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
  expect deny by refunds
}
test "a charge that nobody looked up is not refunded" {
  given session has verified
  call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
  expect deny by refunds
}
test "after a refund the charge must be looked up again" {
  given session has verified
  given seen stripe.charge { id: "ch_1", amount: 90.00 USD }
  call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
    -> { id: "re_1", charge: "ch_1", amount: 40.00 USD, status: "succeeded" }
  expect allow
  then call stripe.create_refund(charge: "ch_1", amount: 40.00 USD) by support_bot
  expect deny by refunds
}
test "a case is closed for tier 2" {
  given requester { id: "carla", desk: de }
  call crm.update_case(id: "500", status: "closed") by support_bot
  expect allow by tickets
}
test "a case is not closed for tier 1" {
  given requester { id: "anna", desk: de }
  call crm.update_case(id: "500", status: "closed") by support_bot
  expect deny
}
test "a channel of another team is not written to" {
  call slack.post_message(channel: "#board", text: "hello") by support_bot
  expect deny
}
test "a channel that a customer reads is looked at" {
  call slack.post_message(channel: "#support-contoso", text: "hello") by support_bot
  expect ask data_office by shared
}
test "what was read as personal does not go to the US" {
  call slack.post_message(channel: "#support-internal", text: "all quiet") by support_bot
  expect allow
  then call crm.get_contact(id: "c_1") by support_bot -> { id: "c_1", email: "a@b.example", name: "A. B." }
  expect allow
  then call slack.post_message(channel: "#support-internal", text: "A. B. is angry") by support_bot
  expect deny by acme.platform.residency
}
test "the waiver lets the translator, and nobody else, send personal data to its vendor" {
  given session has personal
  call translation.translate(text: "Bonjour", to: "de") by translator
  expect allow by languages
}
test "not even the translator sends out what a stranger may steer" {
  given session has personal, untrusted
  call translation.translate(text: "Bonjour", to: "de") by translator
  expect deny by acme.platform.no_exfiltration
}
test "nothing is deleted unless a person was asked" {
  call crm.delete_contact(id: "c_1") by support_bot
  expect ask data_office by acme.platform.deletions
}
test "an export by day needs the role" {
  at 2026-11-23T10:00:00+01:00
  given requester { id: "anna", roles: ["exporter"], desk: de }
  call crm.export_contacts(query: "all") by support_bot
  expect allow
}
test "an export by night is looked at" {
  at 2026-11-23T23:00:00+01:00
  given requester { id: "anna", roles: ["exporter"], desk: de }
  call crm.export_contacts(query: "all") by support_bot
  expect ask data_office
}
test "an export without the role" {
  given requester { id: "anna", desk: de }
  call crm.export_contacts(query: "all") by support_bot
  expect deny
}
test "work is handed to the translator" {
  delegate to translator by support_bot
  expect allow by languages
}
test "an answer leaves to the person" {
  release to person text: "Your refund is on its way." by support_bot
  expect allow by answers
}
test "the status page is written to" {
  release to outside text: "all systems work" by support_bot
  expect allow by answers
}
test "personal data does not leave the company" {
  given session has personal
  release to outside text: "c_1" by support_bot
  expect deny by acme.platform.no_exfiltration
}
test "a very large refund is made by hand" {
  given seen stripe.charge { id: "ch_1", amount: 9_000.00 USD }
  call stripe.create_refund(charge: "ch_1", amount: 5_000.01 USD) by support_bot
  expect deny by refunds
}
test "three refunds in one conversation are enough" {
  given session has verified
  given seen stripe.charge { id: "ch_1", amount: 90.00 USD }
  given seen stripe.charge { id: "ch_2", amount: 90.00 USD }
  given seen stripe.charge { id: "ch_3", amount: 90.00 USD }
  given seen stripe.charge { id: "ch_4", amount: 90.00 USD }
  call stripe.create_refund(charge: "ch_1", amount: 1.00 USD) by support_bot
  expect allow
  then call stripe.create_refund(charge: "ch_2", amount: 1.00 USD) by support_bot
  expect allow
  then call stripe.create_refund(charge: "ch_3", amount: 1.00 USD) by support_bot
  expect allow
  then call stripe.create_refund(charge: "ch_4", amount: 1.00 USD) by support_bot
  expect deny by refunds
}
