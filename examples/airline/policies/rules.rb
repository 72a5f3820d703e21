# rules.rb: the airline's policy for its agent, sentence by sentence. Quoted text is the prose.
package acme.airline

group duty_desk "airline staff who check what no system shows"

agent airline_bot {
  owner   "reservations@acme.example"
  purpose "books, changes and cancels reservations"
  uses    booking
}

# Free checked bags for each passenger. Every pair of keys has a row, so a look-up is never missing.
table free_bags {
  membership: one of { regular, silver, gold } key
  cabin:      one of { basic_economy, economy, business } key
  bags:       int
} rows {
  (regular, basic_economy, 0) (regular, economy, 1) (regular, business, 2)
  (silver,  basic_economy, 1) (silver,  economy, 2) (silver,  business, 3)
  (gold,    basic_economy, 2) (gold,    economy, 3) (gold,    business, 3)
}

# ---- what the agent may do at all ------------------------------------------------------------------------------
policy lookups {
  allow call booking.{ get_user_details, get_reservation_details, search_direct_flight, search_onestop_flight,
                       list_all_airports, calculate, think, transfer_to_human_agents } by airline_bot
}

policy changes {
  # "you must list the action details and obtain explicit user confirmation (yes) to proceed": the host shows the
  # person the call itself.
  ask requester before call booking.{ book_reservation, update_reservation_flights, update_reservation_baggages,
                                      update_reservation_passengers, cancel_reservation } by airline_bot
    because "the customer confirms every change to a booking"

  # "after confirming the facts": no tool shows a delay or a cancellation that is over.
  ask duty_desk before call booking.send_certificate by airline_bot
    because "a person confirms the delay or the cancellation that the customer complained about"
    wait at most 1 hour
}

# ---- book flight -----------------------------------------------------------------------------------------------
guard book {
  # "All payment methods must already be in user profile for safety reasons."
  let u     = seen user(args.user_id) otherwise deny because "look the customer's profile up first"
  let cards = u.payment_methods
  let free  = free_bags(u.membership, args.cabin).bags

  # "The agent must first obtain the user id"
  deny call booking.book_reservation unless said(args.user_id)
    because "the customer has not given this user id"

  # "Each reservation can have at most five passengers."
  deny call booking.book_reservation unless count(args.passengers) >= 1 and count(args.passengers) <= 5
    because "one to five passengers in a reservation"

  deny call booking.book_reservation
    unless all p in args.payment_methods satisfy p.payment_id in cards
    because "every payment method must be in the customer's profile"

  # "each reservation can use at most one travel certificate, at most one credit card, and at most three gift cards"
  deny call booking.book_reservation
    where count(for p in args.payment_methods where cards[p.payment_id]?.source == certificate) > 1
       or count(for p in args.payment_methods where cards[p.payment_id]?.source == credit_card) > 1
       or count(for p in args.payment_methods where cards[p.payment_id]?.source == gift_card)   > 3
    because "at most one certificate, one credit card and three gift cards"

  # "Checked bag allowance"
  deny call booking.book_reservation
    where args.nonfree_baggages != max(0, args.total_baggages - free * count(args.passengers))
    because "the number of paid bags does not follow from the customer's allowance"

  # "If the status is "delayed" or "on time", the flight has not taken off, cannot be booked."
  deny call booking.book_reservation
    unless all f in args.flights satisfy seen flight(f.flight_number, f.date)?.status == available
    because "only a flight that was searched for and is available can be booked"
}

# ---- modify flight ---------------------------------------------------------------------------------------------
fn cabin_of(changed: one of { basic_economy, economy, business }?, booked: one of { basic_economy, economy, business })
  -> one of { basic_economy, economy, business } = changed otherwise booked

fn kept(number: string, day: date, booked: list of segment) -> bool =
  any s in booked where s.flight_number == number and s.date == day

fn same_flights(asked: list of leg, booked: list of segment) -> bool =
  count(asked) == count(booked) and (all a in asked satisfy kept(a.flight_number, a.date, booked))

guard change_flights {
  let r     = seen reservation(args.reservation_id) otherwise deny because "look the reservation up first"
  let u     = seen user(r.user_id)                  otherwise deny because "look the customer's profile up first"
  let p     = u.payment_methods[args.payment_id]    otherwise deny because "the payment method is not in the profile"
  let start = args.flights[0]                       otherwise deny because "no flight is given"
  let end   = last(args.flights)                    otherwise deny because "no flight is given"

  # A kept segment is known from the reservation, a new one from a search.
  let from = (first s in r.flights where s.flight_number == start.flight_number and s.date == start.date)?.origin
    otherwise seen flight(start.flight_number, start.date)?.origin
    otherwise deny because "search for the new flights first"
  let till = (first s in r.flights where s.flight_number == end.flight_number and s.date == end.date)?.destination
    otherwise seen flight(end.flight_number, end.date)?.destination
    otherwise deny because "search for the new flights first"

  # "The agent must first obtain the user id and the reservation id."
  deny call booking.update_reservation_flights unless said(r.user_id)
    because "the customer has not given their user id"

  # "Basic economy flights cannot be modified." / "all reservations, including basic economy, can change cabin"
  deny call booking.update_reservation_flights
    where cabin_of(r.new_cabin, r.cabin) == basic_economy and not same_flights(args.flights, r.flights)
    because "the flights of a basic economy reservation cannot be changed, only its cabin"

  # "without changing the origin, destination, and trip type"
  deny call booking.update_reservation_flights
    where from != r.origin or till != (if r.flight_type == one_way then r.destination else r.origin)
    because "a change keeps origin, destination and trip type"
  deny call booking.update_reservation_flights
    where r.flight_type == round_trip
    unless any f in args.flights where
        (any s in r.flights where s.flight_number == f.flight_number and s.date == f.date and s.destination == r.destination)
        or seen flight(f.flight_number, f.date)?.destination == r.destination
    because "a change keeps the destination: no flight of the new trip goes there"

  # "Some flight segments can be kept"; the others must be bookable.
  deny call booking.update_reservation_flights
    unless all f in args.flights satisfy
        kept(f.flight_number, f.date, r.flights) or seen flight(f.flight_number, f.date)?.status == available
    because "only a flight that was searched for and is available can be booked"

  # "the user needs to provide one gift card or credit card for payment or refund method"
  deny call booking.update_reservation_flights unless p.source == gift_card or p.source == credit_card
    because "a change is paid with one gift card or credit card"
}

guard change_bags {
  let r = seen reservation(args.reservation_id) otherwise deny because "look the reservation up first"
  let u = seen user(r.user_id) otherwise deny because "look the customer's profile up first"
  let free = free_bags(u.membership, cabin_of(r.new_cabin, r.cabin)).bags * count(r.passengers)

  deny call booking.update_reservation_baggages unless said(r.user_id)
    because "the customer has not given their user id"
  # "The user can add but not remove checked bags."
  deny call booking.update_reservation_baggages where args.total_baggages < r.total_baggages
    because "bags can be added, not removed"
  # "Checked bag allowance"
  deny call booking.update_reservation_baggages where args.nonfree_baggages != max(0, args.total_baggages - free)
    because "the number of paid bags does not follow from the customer's allowance"
  deny call booking.update_reservation_baggages unless args.payment_id in u.payment_methods
    because "the payment method is not in the profile"
}

guard change_passengers {
  let r = seen reservation(args.reservation_id) otherwise deny because "look the reservation up first"

  deny call booking.update_reservation_passengers unless said(r.user_id)
    because "the customer has not given their user id"
  # "The user can modify passengers but cannot modify the number of passengers."
  deny call booking.update_reservation_passengers unless count(args.passengers) == count(r.passengers)
    because "passengers can be changed, not their number"
}

# ---- cancel flight ---------------------------------------------------------------------------------------------
guard cancel {
  let r   = seen reservation(args.reservation_id) otherwise deny because "look the reservation up first"
  let due = r.created_at within the last 24 hours or cabin_of(r.new_cabin, r.cabin) == business

  # "The agent must first obtain the user id"
  deny call booking.cancel_reservation unless said(r.user_id)
    because "the customer has not given their user id"

  # "If any of the segments are already used, the agent cannot help and transfer is needed."
  deny call booking.cancel_reservation where any s in r.flights where s.date < today
    because "a part of the trip is flown: transfer the customer"
  # A reservation holds no departure time: whether a flight of today has left is seen in a search, or by a person.
  ask duty_desk before call booking.cancel_reservation
    where any s in r.flights where s.date == today
    unless all s in r.flights satisfy
        s.date > today or seen flight(s.flight_number, s.date)?.status in [available, delayed, "on time"]
    because "a flight of today may have left"
    wait at most 1 hour

  # "All reservations can be cancelled within 24 hours of booking, or if the airline cancelled the flight. Otherwise,
  # basic economy or economy flights can be cancelled only if travel insurance is bought and the condition is met, and
  # business flights can always be cancelled."
  # No tool shows that the airline cancelled a flight, nor health or weather. What can be known: without insurance only
  # the airline's cancellation is left, and "the reason for cancellation" must then have come from the customer.
  deny call booking.cancel_reservation
    where not due and not r.insurance
    unless said("cancelled") or said("canceled") or said("Cancelled") or said("Canceled")
        or any s in r.flights where seen flight(s.flight_number, s.date)?.status == cancelled
    because "not booked within 24 hours, not business, not insured: only if the airline cancelled the flight"
  ask duty_desk before call booking.cancel_reservation
    where not due
    unless any s in r.flights where seen flight(s.flight_number, s.date)?.status == cancelled
    because "a person checks the insurance's condition (health, weather) or that the airline cancelled the flight"
    wait at most 1 hour
}

# ---- refund ----------------------------------------------------------------------------------------------------
guard compensation {
  let u = seen user(args.user_id) otherwise deny because "look the customer's profile up first"

  # send_certificate does not say for which reservation, so: for some reservation that was looked up in this session.
  # "If the user is silver/gold member or has travel insurance or flies business", "$100 times the number of
  # passengers" when cancelled, "$50 times the number of passengers" when delayed and "after ... changing or cancelling
  # the reservation".
  deny call booking.send_certificate
    unless any r in seen reservation
      where r.user_id == args.user_id
        and (u.membership in [silver, gold] or r.insurance or cabin_of(r.new_cabin, r.cabin) == business)
        and (args.amount == 100.00 USD * count(r.passengers)
          or args.amount == 50.00 USD * count(r.passengers)
             and session.count(booking.update_reservation_flights) + session.count(booking.cancel_reservation) > 0)
    because "100 USD a passenger for a cancelled flight, 50 USD for a delayed one after the change; members, insured or business only"
}
