# shop.rb: the shop's back office as it is: its 16 tools, and what its answers look like.
package acme.retail

type variant { item_id: string  available: bool  price: money(USD) }
type item    { item_id: string  product_id: string  price: money(USD) }
type payment { id: string  source: one of { credit_card, gift_card, paypal, other }  balance: money(USD)? }
type charge  { transaction_type: one of { payment, refund, other }  amount: money(USD)  payment_method_id: string }
               # some amounts look like 0.04999999999999716: results are rounded to the currency's unit
type person  { first_name: string  last_name: string }
type place   { zip: string }

connector shop "Shop back office" {
  kind    commerce
  zone    "-05:00"
  failure "Error"          # without it "Error: user not found" would become the key of a customer

  # Whom the session is about. The find operations answer with a bare string: an entity that is only its key.
  entity customer { user_id: string key }
  entity user {
    user_id: string key
    name:    person
    email:   string
    address: place
    payment_methods: map of payment
    orders:  list of string
  }
  entity order {
    order_id:        string key
    user_id:         string
    items:           list of item
    payment_history: list of charge
    # The prose says "pending (items modifed)", the system answers "pending (item modified)": an unknown word must
    # become `other`, or one new status makes every order unseen.
    status: one of { pending, processed, delivered, cancelled, "pending (item modified)", "return requested",
                     "exchange requested", other }
  }
  entity product { product_id: string key  variants: map of variant }

  reads find_user_id_by_email(email: string) -> customer binds customer
  reads find_user_id_by_name_zip(first_name: string, last_name: string, zip: string) -> customer binds customer
  reads get_user_details(user_id: string) -> user { user_id: args.user_id }
  reads get_order_details(order_id: string) -> order
  reads get_product_details(product_id: string) -> product
  reads list_all_product_types()
  reads calculate(expression: string)
  reads think(thought: string)
  writes transfer_to_human_agents(summary: string)

  destroys cancel_pending_order(order_id: string, reason: one of { "no longer needed", "ordered by mistake" }) -> order
  writes modify_pending_order_address(order_id: string, address1: string, address2: string, city: string,
    state: string, country: string, zip: string) -> order
  writes modify_pending_order_payment(order_id: string, payment_method_id: string) -> order
  writes modify_pending_order_items(order_id: string, item_ids: list of string, new_item_ids: list of string,
    payment_method_id: string) -> order
  writes return_delivered_order_items(order_id: string, item_ids: list of string, payment_method_id: string) -> order
  writes exchange_delivered_order_items(order_id: string, item_ids: list of string, new_item_ids: list of string,
    payment_method_id: string) -> order
  writes modify_user_address(user_id: string, address1: string, address2: string, city: string, state: string,
    country: string, zip: string) -> user { user_id: args.user_id }
}
