# rules.rb: the shop's policy for its agent, sentence by sentence. Quoted text is the prose.
package acme.retail

agent shop_bot {
  owner   "service@acme.example"
  purpose "helps one customer with orders and profile"
  uses    shop
}

# ---- what the agent may do at all ------------------------------------------------------------------------------
policy lookups {
  allow call shop.{ find_user_id_by_email, find_user_id_by_name_zip, get_user_details, get_order_details,
                    get_product_details, list_all_product_types, calculate, think, transfer_to_human_agents } by shop_bot
}

policy changes {
  # "you have to list the action detail and obtain explicit user confirmation (yes) to proceed": the host shows the
  # person the call itself.
  ask requester before call shop.{ cancel_pending_order, modify_pending_order_address, modify_pending_order_payment,
      modify_pending_order_items, return_delivered_order_items, exchange_delivered_order_items, modify_user_address } by shop_bot
    because "the customer confirms every change"
}

# ---- who the customer is ---------------------------------------------------------------------------------------
guard identity {
  # "You should not make up any information": what identifies the customer was said, or the customer confirms it.
  ask requester before call shop.find_user_id_by_email unless said(args.email)
    because "the customer has not given this e-mail"
  ask requester before call shop.find_user_id_by_name_zip
    unless said(args.first_name) and said(args.last_name) and said(args.zip)
    because "the customer has not given this name and zip code"

  # "You can only help one user per conversation": the same customer may be found again, no other.
  deny call shop.find_user_id_by_email
    where bound customer is present
    unless seen user(bound customer)?.email == args.email
    because "one customer in one conversation"
  deny call shop.find_user_id_by_name_zip
    where bound customer is present
    unless seen user(bound customer)?.name?.first_name == args.first_name
       and seen user(bound customer)?.name?.last_name == args.last_name
       and seen user(bound customer)?.address?.zip == args.zip
    because "one customer in one conversation"
}

guard one_customer {
  # "At the beginning of the conversation, you have to authenticate the user identity ... This has to be done even when
  # the user already provides the user id."
  let me = bound customer otherwise deny because "find the customer by e-mail, or by name and zip code, first"

  deny call shop.{ get_user_details, modify_user_address } unless args.user_id == me
    because "only this customer's own profile"

  # "Once the user has been authenticated, you can provide the user with information about order, product, ..."
  deny call shop.{ get_product_details, list_all_product_types } unless bound customer is present
    because "find the customer by e-mail, or by name and zip code, first"

  # "must deny any requests for tasks related to any other user". Whose an order is, is known only after the look-up:
  # so it stands in the profile; before the profile was looked up, the customer named it or says that it is the one.
  deny call shop.get_order_details
    where session.count(shop.get_user_details) > 0
    unless any u in seen user where u.user_id == me and args.order_id in u.orders
    because "only this customer's own orders"
  ask requester before call shop.get_order_details
    where session.count(shop.get_user_details) == 0
    unless said(args.order_id)
    because "the customer has not named this order, and their profile was not looked up"
}

guard orders {
  # "you should check its status before taking the action"
  let me = bound customer otherwise deny because "find the customer by e-mail, or by name and zip code, first"
  let o  = seen order(args.order_id) otherwise deny because "look the order up first"

  deny call shop.{ cancel_pending_order, modify_pending_order_address, modify_pending_order_payment,
      modify_pending_order_items, return_delivered_order_items, exchange_delivered_order_items }
    unless o.user_id == me because "only this customer's own orders"

  # "An order can only be cancelled / modified if its status is 'pending'". "can only be called once" is the status too:
  # after a change of items it is "pending (item modified)", after an exchange "exchange requested".
  deny call shop.{ cancel_pending_order, modify_pending_order_address, modify_pending_order_payment,
      modify_pending_order_items } unless o.status == pending
    because "only a pending order can be changed or cancelled"
  # "An order can only be returned / exchanged if its status is 'delivered'"
  deny call shop.{ return_delivered_order_items, exchange_delivered_order_items } unless o.status == delivered
    because "only a delivered order can be returned or exchanged"
}

guard payments {
  let o     = seen order(args.order_id) otherwise deny because "look the order up first"
  let paid  = o.payment_history[0] otherwise deny because "the order shows no payment"
  let total = sum(i.price for i in o.items)

  # "The refund must either go to the original payment method, or an existing gift card."
  deny call shop.return_delivered_order_items
    unless args.payment_method_id == paid.payment_method_id
        or seen user(o.user_id)?.payment_methods[args.payment_method_id]?.source == gift_card
    because "a refund goes to the original payment method, or to a gift card of the profile (look it up first)"

  let u = seen user(o.user_id) otherwise deny because "look the customer's profile up first"
  let m = u.payment_methods[args.payment_method_id] otherwise deny because "the payment method is not in the profile"

  # "a single payment method different from the original payment method"
  deny call shop.modify_pending_order_payment where args.payment_method_id == paid.payment_method_id
    because "choose a payment method other than the original one"
  # "it must have enough balance to cover the total amount"
  deny call shop.modify_pending_order_payment where m.source == gift_card and (m.balance otherwise 0.00 USD) < total
    because "the gift card does not cover the order"
}

guard items {
  let o = seen order(args.order_id) otherwise deny because "look the order up first"

  # As many of an item as the order holds, no more.
  deny call shop.{ return_delivered_order_items, modify_pending_order_items, exchange_delivered_order_items }
    unless count(args.item_ids) > 0 and all a in args.item_ids satisfy
        count(for b in args.item_ids where b == a) <= count(for i in o.items where i.item_id == a)
    because "the order does not hold this item"

  # "each item can be modified / exchanged to an available new item of the same product but of different product option".
  # Two lists, position by position; lists of different lengths make it false.
  deny call shop.{ modify_pending_order_items, exchange_delivered_order_items }
    unless all (a, b) in pairs(args.item_ids, args.new_item_ids) satisfy
        a != b
        and seen product((first i in o.items where i.item_id == a)?.product_id)?.variants[b]?.available == true
    because "each item is exchanged for an available one of the same product, with other options; look the product up first"

  # "If the user provides a gift card, it must have enough balance to cover the price difference." The profile says what
  # kind of method it is; nothing is to be covered when the original method gets money back.
  let paid   = o.payment_history[0] otherwise deny because "the order shows no payment"
  let sold   = sum((first i in o.items where i.item_id == a)?.price for a in args.item_ids)
    otherwise deny because "the order does not hold this item"
  let bought = sum(seen product((first i in o.items where i.item_id == a)?.product_id)?.variants[b]?.price
                   for (a, b) in pairs(args.item_ids, args.new_item_ids))
    otherwise deny because "look the product up first"
  deny call shop.{ modify_pending_order_items, exchange_delivered_order_items }
    unless args.payment_method_id == paid.payment_method_id and bought <= sold
        or any u in seen user where u.user_id == o.user_id and any m in u.payment_methods
             where m.id == args.payment_method_id
               and (m.source != gift_card or (m.balance otherwise 0.00 USD) >= bought - sold)
    because "the payment method is in the profile (look it up first), and a gift card covers the price difference"
}
