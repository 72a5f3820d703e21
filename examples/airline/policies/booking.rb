# booking.rb: the reservation system as it is: its 14 tools, and what its answers look like.
package acme.airline

type passenger { first_name: string  last_name: string  dob: string }
type payment   { id: string  source: one of { credit_card, gift_card, certificate, other } }
type segment   { flight_number: string  date: date  origin: string  destination: string }
type pay       { payment_id: string  amount: money(USD) }

# What an agent says about a leg beside its number and date is let through and believed nowhere: agents copy whole
# segments out of a reservation, and whole flights out of a search.
type leg {
  flight_number: string
  date:          date
  origin:        string?
  destination:   string?
  price:         money(USD)?
  status:        string?
  scheduled_departure_time_est: string?
  scheduled_arrival_time_est:   string?
  available_seats: map of int?
  prices:          map of money(USD)?
}

connector booking "Reservation system" {
  kind      reservations
  zone      "-05:00"        # times in results carry no zone ("2024-05-13T19:41:32"); policy.md says EST
  failure   "Error"         # an answer that begins so is a failure: nothing is seen, what was changed is restored

  entity user {
    user_id:         string key
    membership:      one of { regular, silver, gold }
    payment_methods: map of payment
    reservations:    list of string
  }
  entity reservation {
    reservation_id:   string key
    user_id:          string
    origin:           string
    destination:      string
    flight_type:      one of { one_way, round_trip }
    cabin:            one of { basic_economy, economy, business }
    flights:          list of segment
    passengers:       list of passenger
    created_at:       time
    total_baggages:   int
    nonfree_baggages: int
    insurance:        bool as "yes" | "no"
    # After a paid change of cabin the system goes on answering the old one. A successful change is the only place
    # where the new one stands, so it is taken from there; `cabin_of` below reads both.
    new_cabin:        one of { basic_economy, economy, business }?
  }
  entity flight {
    flight_number: string key
    date:          date key
    origin:        string
    destination:   string
    status:        one of { available, delayed, "on time", flying, landed, cancelled, other }
  }

  # The profile does not hold its own key: the key is the argument.
  reads get_user_details(user_id: string) -> user { user_id: args.user_id }
  reads get_reservation_details(reservation_id: string) -> reservation
  # A direct search leaves the date out, a search with one stop gives it for each flight.
  reads search_direct_flight(origin: string, destination: string, date: date) -> list of flight { date: args.date }
  reads search_onestop_flight(origin: string, destination: string, date: date) -> list of list of flight
  reads list_all_airports()
  reads calculate(expression: string)
  reads think(thought: string)
  writes transfer_to_human_agents(summary: string)

  writes book_reservation(user_id: string, origin: string, destination: string,
    flight_type: one of { one_way, round_trip }, cabin: one of { basic_economy, economy, business },
    flights: list of leg, passengers: list of passenger, payment_methods: list of pay,
    total_baggages: int, nonfree_baggages: int, insurance: bool as "yes" | "no") -> reservation
  writes update_reservation_flights(reservation_id: string, cabin: one of { basic_economy, economy, business },
    flights: list of leg, payment_id: string) -> reservation { new_cabin: args.cabin }
  writes update_reservation_baggages(reservation_id: string, total_baggages: int, nonfree_baggages: int,
    payment_id: string) -> reservation
  writes update_reservation_passengers(reservation_id: string, passengers: list of passenger) -> reservation
  destroys cancel_reservation(reservation_id: string) -> reservation
  writes send_certificate(user_id: string, amount: money(USD)) changes user(args.user_id)   # a profile seen before is stale
}
