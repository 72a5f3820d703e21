# stripe.rb: Stripe's API. Amounts are in the unit of the currency, not in cents: the gateway converts.
# Needs the company's label `personal`.
package std.connectors.stripe

import std.regions

connector stripe "Stripe" {
  kind payments
  residency us
  base "https://api.stripe.com/v1"
  auth bearer

  entity charge {
    id:       string key
    customer: string?
    amount:   money(USD)
    refunded: bool
    status:   one of { succeeded, pending, failed, other }
  }
  entity payer { id: string key  email: string personal same person.email }
  entity refund { id: string key  charge: string  amount: money(USD)  status: one of { succeeded, pending, failed, canceled, other } }

  reads get_charge(id: string) -> charge
    GET "/charges/{id}"
  reads get_customer(id: string) -> payer
    GET "/customers/{id}"
  writes create_refund(charge: string, amount: money(USD)) -> refund
    changes charge(args.charge)
    POST "/refunds"
}
