# refunds.rb: what the two programs beside this file ask about.
package shop.support

group team_leads "people who sign larger refunds"

connector payments "Payment provider" {
  kind payments
  entity charge { charge_id: string key  customer: string  amount: money(USD) }
  reads  get_charge(charge_id: string) -> charge
  writes create_refund(charge_id: string, amount: money(USD)) changes charge(args.charge_id)
}

agent support_bot {
  owner   "support@shop.example"
  purpose "answers customers"
  uses    payments
}

policy refunds {
  allow call payments.get_charge by support_bot
  allow call payments.create_refund by support_bot where args.amount <= 100.00 USD
  ask team_leads before call payments.create_refund by support_bot where args.amount > 100.00 USD
    because "a team lead signs refunds above 100 USD"
    wait at most 1 hour
}

guard what_was_paid {
  let c = seen charge(args.charge_id) otherwise deny because "look the charge up first"
  deny call payments.create_refund where args.amount > c.amount
    because "no more is paid back than was paid"
}

test "a small refund of a known charge" {
  given seen charge { charge_id: "ch_1", customer: "c_1", amount: 300.00 USD }
  call payments.create_refund(charge_id: "ch_1", amount: 40.00 USD) by support_bot
  expect allow
  then call payments.create_refund(charge_id: "ch_2", amount: 40.00 USD) by support_bot
  expect deny by what_was_paid
}

test "a large one is signed" {
  given seen charge { charge_id: "ch_1", customer: "c_1", amount: 300.00 USD }
  call payments.create_refund(charge_id: "ch_1", amount: 250.00 USD) by support_bot
  expect ask team_leads
  then call payments.create_refund(charge_id: "ch_1", amount: 301.00 USD) by support_bot
  expect deny by what_was_paid
}
