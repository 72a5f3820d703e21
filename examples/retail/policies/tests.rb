# tests.rb: each rule both ways.
package acme.retail

test "the customer is found by an e-mail that they said" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  expect allow by lookups
}

test "an e-mail that they did not say is confirmed" {
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot
  expect ask requester by identity
}

test "found by name and zip code" {
  given said "Eli Ness, 9000"
  call shop.find_user_id_by_name_zip(first_name: "Eli", last_name: "Ness", zip: "9000") by shop_bot
  expect allow
}

test "a zip code that they did not say is confirmed" {
  given said "Eli Ness"
  call shop.find_user_id_by_name_zip(first_name: "Eli", last_name: "Ness", zip: "9000") by shop_bot
  expect ask requester by identity
}

test "a second customer" {
  given said "eli@x.example, mia@x.example"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.find_user_id_by_email(email: "mia@x.example") by shop_bot
  expect deny by identity
}

test "the same customer again" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  expect allow
}

test "a second customer by name" {
  given said "eli@x.example, Gro Ness, 9000"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.find_user_id_by_name_zip(first_name: "Gro", last_name: "Ness", zip: "9000") by shop_bot
  expect deny by identity
}

test "a failed search finds nobody" {
  given said "elli@x.example, eli@x.example"
  call shop.find_user_id_by_email(email: "elli@x.example") by shop_bot -> "Error: user not found"
  then call shop.get_user_details(user_id: "eli") by shop_bot
  expect deny by one_customer
}

test "no profile before the customer is found" {
  call shop.get_user_details(user_id: "eli") by shop_bot
  expect deny by one_customer
}

test "the own profile" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.get_user_details(user_id: "eli") by shop_bot
  expect allow
}

test "the profile of another" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.get_user_details(user_id: "mia") by shop_bot
  expect deny by one_customer
}

test "no product before the customer is found" {
  call shop.get_product_details(product_id: "P") by shop_bot
  expect deny by one_customer
}

test "a product afterwards" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.get_product_details(product_id: "P") by shop_bot
  expect allow
}

test "an order of the profile" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.get_order_details(order_id: "#N1") by shop_bot
  expect allow
}

test "an order that the customer named, before the profile" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.get_order_details(order_id: "#N1") by shop_bot
  expect allow
}

test "an order that the customer did not name is confirmed" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.get_order_details(order_id: "#N9") by shop_bot
  expect ask requester by one_customer
}

test "an order that is not in the profile" {
  given said "eli@x.example, #N9"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.get_user_details(user_id: "eli") by shop_bot -> { name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, payment_methods: {}, orders: ["#N1"] }
  expect allow
  then call shop.get_order_details(order_id: "#N9") by shop_bot
  expect deny by one_customer
}

test "no order before the customer is found" {
  given said "I am eli@x.example, order #N1"
  call shop.get_order_details(order_id: "#N1") by shop_bot
  expect deny by one_customer
}

test "the own address" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_user_address(user_id: "eli", address1: "1", address2: "", city: "B", state: "", country: "N", zip: "1") by shop_bot
  expect ask requester
}

test "the address of another" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_user_address(user_id: "mia", address1: "1", address2: "", city: "B", state: "", country: "N", zip: "1") by shop_bot
  expect deny by one_customer
}

test "a pending order is cancelled" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect ask requester
}

test "an order that was not looked up" {
  given said "I am eli@x.example, order #N1"
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "an order of another" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "mia", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "an order without a customer" {
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "not cancelled when processed" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: processed, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "not cancelled when delivered" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "not cancelled when cancelled" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: cancelled, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "not cancelled when pending (item modified)" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: "pending (item modified)", items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "not cancelled when other" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: other, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.cancel_pending_order(order_id: "#N1", reason: "no longer needed") by shop_bot
  expect deny by orders
}

test "an address of a pending order" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_address(order_id: "#N1", address1: "1", address2: "", city: "B", state: "", country: "N", zip: "1") by shop_bot
  expect ask requester
}

test "an address of a delivered order" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_address(order_id: "#N1", address1: "1", address2: "", city: "B", state: "", country: "N", zip: "1") by shop_bot
  expect deny by orders
}

test "another payment" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_payment(order_id: "#N1", payment_method_id: "p1") by shop_bot
  expect ask requester
}

test "the same payment" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_payment(order_id: "#N1", payment_method_id: "c1") by shop_bot
  expect deny by payments
}

test "a gift card that does not cover it" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_payment(order_id: "#N1", payment_method_id: "g1") by shop_bot
  expect deny by payments
}

test "a gift card that covers it" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_payment(order_id: "#N1", payment_method_id: "g2") by shop_bot
  expect ask requester
}

test "a payment that is not in the profile" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_payment(order_id: "#N1", payment_method_id: "z9") by shop_bot
  expect deny by payments
}

test "a payment needs the profile" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_payment(order_id: "#N1", payment_method_id: "p1") by shop_bot
  expect deny by payments
}

test "a return to the original payment" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["a1", "a1"], payment_method_id: "c1") by shop_bot
  expect ask requester
}

test "a return to a gift card" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["a1"], payment_method_id: "g1") by shop_bot
  expect ask requester
}

test "a return to the original payment needs no profile" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["a1"], payment_method_id: "c1") by shop_bot
  expect ask requester
}

test "a return to a gift card needs it" {
  given said "I am eli@x.example, order #N1"
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["a1"], payment_method_id: "g1") by shop_bot
  expect deny by payments
}

test "a return to another payment" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["a1"], payment_method_id: "p1") by shop_bot
  expect deny by payments
}

test "a return of a pending order" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["a1"], payment_method_id: "c1") by shop_bot
  expect deny by orders
}

test "a return of more than was bought" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["a1", "a1", "a1"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "a return of something else" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.return_delivered_order_items(order_id: "#N1", item_ids: ["b1"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "an exchange" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect ask requester
}

test "an exchange for something dearer needs the profile" {
  given said "I am eli@x.example, order #N1"
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "an exchange paid by what is not in the profile" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "z9") by shop_bot
  expect deny by items
}

test "an exchange needs the product" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "an exchange for the same" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a1"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "an exchange for what is not available" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a3"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "an exchange for another product" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen product { product_id: "Q", variants: { "q1": { item_id: "q1", available: true, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["q1"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "lists of different lengths" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1", "a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect deny by items
}

test "an exchange of a pending order" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect deny by orders
}

test "a gift card that does not cover the difference" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "g1") by shop_bot
  expect deny by items
}

test "a gift card that does" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "g2") by shop_bot
  expect ask requester
}

test "items of a pending order" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: pending, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect ask requester
}

test "items of a delivered order" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.modify_pending_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect deny by orders
}

test "an order is exchanged once" {
  given said "I am eli@x.example, order #N1"
  given seen user { user_id: "eli", name: { first_name: "Eli", last_name: "Ness" }, email: "eli@x.example", address: { zip: "9000" }, orders: ["#N1"],
    payment_methods: { "c1": { id: "c1", source: credit_card }, "g1": { id: "g1", source: gift_card, balance: 5.00 USD }, "g2": { id: "g2", source: gift_card, balance: 500.00 USD }, "p1": { id: "p1", source: paypal } } }
  given seen product { product_id: "P", variants: { "a1": { item_id: "a1", available: true, price: 20.00 USD }, "a2": { item_id: "a2", available: true, price: 29.00 USD }, "a3": { item_id: "a3", available: false, price: 1.00 USD } } }
  given seen order { order_id: "#N1", user_id: "eli", status: delivered, items: [{ item_id: "a1", product_id: "P", price: 20.00 USD }, { item_id: "a1", product_id: "P", price: 20.00 USD }],
    payment_history: [{ transaction_type: payment, amount: 40.00 USD, payment_method_id: "c1" }] }
  call shop.find_user_id_by_email(email: "eli@x.example") by shop_bot -> "eli"
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
    -> { order_id: "#N1", user_id: "eli", status: "exchange requested", items: [], payment_history: [] } approved by requester
  expect allow
  then call shop.exchange_delivered_order_items(order_id: "#N1", item_ids: ["a1"], new_item_ids: ["a2"], payment_method_id: "c1") by shop_bot
  expect deny by orders
}
