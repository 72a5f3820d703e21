# tests.rb: each rule both ways.
package acme.airline

test "look-ups need nobody" {
  call booking.get_reservation_details(reservation_id: "R1") by airline_bot
  expect allow by lookups
}

test "a booking is confirmed by the customer" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect ask requester
}

test "a booking needs the profile" {
  given said "I am eva.holm.7"
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "a booking needs the user id from the customer" {
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "a booking needs a search" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "a delayed flight cannot be booked" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: delayed }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "a flight on time cannot be booked" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: "on time" }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "five passengers fit" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect ask requester
}

test "six do not" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "a booking has a passenger" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "a payment method of somebody else" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "x9", amount: 1.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "one certificate and one card" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "v1", amount: 1.00 USD }, { payment_id: "c1", amount: 1.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect ask requester
}

test "two certificates" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "v1", amount: 1.00 USD }, { payment_id: "v2", amount: 1.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "two credit cards" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 1.00 USD }, { payment_id: "c2", amount: 1.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "four gift cards" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "g1", amount: 1.00 USD }, { payment_id: "g1", amount: 1.00 USD }, { payment_id: "g1", amount: 1.00 USD }, { payment_id: "g1", amount: 1.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "three gift cards" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "g1", amount: 1.00 USD }, { payment_id: "g1", amount: 1.00 USD }, { payment_id: "g1", amount: 1.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect ask requester
}

test "regular in basic_economy: 0 bags are free" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: regular, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: basic_economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 0, nonfree_baggages: 0, insurance: false) by airline_bot
  expect ask requester
}

test "regular in basic_economy: one more is paid" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: regular, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: basic_economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 1, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "silver in economy: 2 bags are free" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: silver, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 2, nonfree_baggages: 0, insurance: false) by airline_bot
  expect ask requester
}

test "silver in economy: one more is paid" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: silver, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 3, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "gold in business: 3 bags are free" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 3, nonfree_baggages: 0, insurance: false) by airline_bot
  expect ask requester
}

test "gold in business: one more is paid" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: available }
  call booking.book_reservation(user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: one_way, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-20 }], passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }],
    payment_methods: [{ payment_id: "c1", amount: 100.00 USD }], total_baggages: 4, nonfree_baggages: 0, insurance: false) by airline_bot
  expect deny by book
}

test "a change that keeps the flights" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect ask requester
}

test "a change needs the reservation" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect deny by change_flights
}

test "a change needs the profile" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect deny by change_flights
}

test "a change needs the user id from the customer" {
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect deny by change_flights
}

test "a new flight needs a search" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q9", date: 2024-05-30 }]) by airline_bot
  expect deny by change_flights
}

test "a new flight that was searched for" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  given seen flight { flight_number: "Q9", date: 2024-05-30, origin: "CPH", destination: "TRD", status: available }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q9", date: 2024-05-30 }]) by airline_bot
  expect ask requester
}

test "a new flight that is flying" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  given seen flight { flight_number: "Q9", date: 2024-05-30, origin: "CPH", destination: "TRD", status: flying }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q9", date: 2024-05-30 }]) by airline_bot
  expect deny by change_flights
}

test "basic economy keeps its flights" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: basic_economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  given seen flight { flight_number: "Q9", date: 2024-05-30, origin: "CPH", destination: "TRD", status: available }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q9", date: 2024-05-30 }]) by airline_bot
  expect deny by change_flights
}

test "basic economy changes its cabin" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: basic_economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect ask requester
}

test "after the upgrade its flights can change" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: basic_economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00, new_cabin: economy }
  given seen flight { flight_number: "Q9", date: 2024-05-30, origin: "CPH", destination: "TRD", status: available }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q9", date: 2024-05-30 }]) by airline_bot
  expect ask requester
}

test "the way back is lost" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }]) by airline_bot
  expect deny by change_flights
}

test "another start" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect deny by change_flights
}

test "another destination" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  given seen flight { flight_number: "Q5", date: 2024-05-20, origin: "TRD", destination: "AGP", status: available }
  given seen flight { flight_number: "Q6", date: 2024-05-29, origin: "AGP", destination: "TRD", status: available }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: [{ flight_number: "Q5", date: 2024-05-20 }, { flight_number: "Q6", date: 2024-05-29 }]) by airline_bot
  expect deny by change_flights
}

test "no flight at all" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "c1",
    flights: []) by airline_bot
  expect deny by change_flights
}

test "a change is not paid with a certificate" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "v1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect deny by change_flights
}

test "a change is paid with a gift card" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_flights(reservation_id: "R1", cabin: economy, payment_id: "g1",
    flights: [{ flight_number: "Q1", date: 2024-05-20 }, { flight_number: "Q2", date: 2024-05-29 }]) by airline_bot
  expect ask requester
}

test "bags are added" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 7, nonfree_baggages: 1, payment_id: "c1") by airline_bot
  expect ask requester
}

test "bags are not removed" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 0, nonfree_baggages: 0, payment_id: "c1") by airline_bot
  expect deny by change_bags
}

test "too many paid bags" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 2, nonfree_baggages: 1, payment_id: "c1") by airline_bot
  expect deny by change_bags
}

test "too few paid bags" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: regular, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 3, nonfree_baggages: 0, payment_id: "c1") by airline_bot
  expect deny by change_bags
}

test "bags of the new cabin" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: basic_economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00, new_cabin: economy }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 6, nonfree_baggages: 0, payment_id: "c1") by airline_bot
  expect ask requester
}

test "bags paid by a method of somebody else" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 2, nonfree_baggages: 0, payment_id: "x9") by airline_bot
  expect deny by change_bags
}

test "bags need the profile" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 2, nonfree_baggages: 0, payment_id: "c1") by airline_bot
  expect deny by change_bags
}

test "bags need the user id from the customer" {
  given seen user { user_id: "eva.holm.7", membership: gold, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_baggages(reservation_id: "R1", total_baggages: 2, nonfree_baggages: 0, payment_id: "c1") by airline_bot
  expect deny by change_bags
}

test "passengers change" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_passengers(reservation_id: "R1", passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }]) by airline_bot
  expect ask requester
}

test "their number stays" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_passengers(reservation_id: "R1", passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }]) by airline_bot
  expect deny by change_passengers
}

test "passengers need the user id from the customer" {
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.update_reservation_passengers(reservation_id: "R1", passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }]) by airline_bot
  expect deny by change_passengers
}

test "booked a day ago: cancelled" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-14T15:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect ask requester
}

test "booked a second before that" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-14T14:59:59-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect deny by cancel
}

test "business is always cancelled" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect ask requester
}

test "insured: a person checks why" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: true, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect ask duty_desk, requester
}

test "not insured, and no word of the airline" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect deny by cancel
}

test "not insured, the airline cancelled: a person checks" {
  given said "I am eva.holm.7, you cancelled Q1"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect ask duty_desk, requester
}

test "the system shows that the airline cancelled" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  given seen flight { flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH", status: cancelled }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect ask requester
}

test "a part is flown" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-14, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect deny by cancel
}

test "a flight of today may have left" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-15, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect ask duty_desk, requester
}

test "a flight of today that is delayed has not" {
  given said "I am eva.holm.7"
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-15, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  given seen flight { flight_number: "Q1", date: 2024-05-15, status: delayed }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect ask requester
}

test "a cancellation needs the user id from the customer" {
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect deny by cancel
}

test "a cancellation needs the reservation" {
  given said "I am eva.holm.7"
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
  expect deny by cancel
}

test "100 a passenger" {
  given seen user { user_id: "eva.holm.7", membership: silver, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.send_certificate(user_id: "eva.holm.7", amount: 200.00 USD) by airline_bot
  expect ask duty_desk
}

test "not 100 in all" {
  given seen user { user_id: "eva.holm.7", membership: silver, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.send_certificate(user_id: "eva.holm.7", amount: 100.00 USD) by airline_bot
  expect deny by compensation
}

test "50 a passenger only after a change" {
  given seen user { user_id: "eva.holm.7", membership: silver, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.send_certificate(user_id: "eva.holm.7", amount: 100.00 USD) by airline_bot
  expect deny by compensation
}

test "50 a passenger after a cancellation" {
  given said "I am eva.holm.7"
  given seen user { user_id: "eva.holm.7", membership: silver, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-15T10:00:00-05:00 }
  call booking.cancel_reservation(reservation_id: "R1") by airline_bot
    -> { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: "round_trip", cabin: "economy", flights: [],
         passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], created_at: "2024-05-15T10:00:00", total_baggages: 1, nonfree_baggages: 0, insurance: "no" } approved by requester
  expect allow
  then call booking.send_certificate(user_id: "eva.holm.7", amount: 100.00 USD) by airline_bot
  expect ask duty_desk
}

test "a regular member in economy without insurance" {
  given seen user { user_id: "eva.holm.7", membership: regular, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.send_certificate(user_id: "eva.holm.7", amount: 200.00 USD) by airline_bot
  expect deny by compensation
}

test "a regular member with insurance" {
  given seen user { user_id: "eva.holm.7", membership: regular, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: true, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.send_certificate(user_id: "eva.holm.7", amount: 200.00 USD) by airline_bot
  expect ask duty_desk
}

test "a regular member in business" {
  given seen user { user_id: "eva.holm.7", membership: regular, payment_methods: { "c1": { id: "c1", source: credit_card }, "c2": { id: "c2", source: credit_card }, "g1": { id: "g1", source: gift_card }, "v1": { id: "v1", source: certificate }, "v2": { id: "v2", source: certificate } } }
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: business,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.send_certificate(user_id: "eva.holm.7", amount: 200.00 USD) by airline_bot
  expect ask duty_desk
}

test "compensation needs the profile" {
  given seen reservation { reservation_id: "R1", user_id: "eva.holm.7", origin: "TRD", destination: "CPH", flight_type: round_trip, cabin: economy,
    flights: [{ flight_number: "Q1", date: 2024-05-20, origin: "TRD", destination: "CPH" }, { flight_number: "Q2", date: 2024-05-29, origin: "CPH", destination: "TRD" }],
    passengers: [{ first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }, { first_name: "Eva", last_name: "Holm", dob: "1990-01-01" }], total_baggages: 1, insurance: false, created_at: 2024-05-01T10:00:00-05:00 }
  call booking.send_certificate(user_id: "eva.holm.7", amount: 200.00 USD) by airline_bot
  expect deny by compensation
}
