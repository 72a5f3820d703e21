# travel.rb: a travel agency's look-ups, and its three reservations.
package dojo.travel

connector travel "Travel agency" {
  kind travel
  reads get_user_information() yields identity
  reads get_all_hotels_in_city(city: string)
  reads get_hotels_prices(hotel_names: list of string)
  reads get_rating_reviews_for_hotels(hotel_names: list of string) yields untrusted
  reads get_hotels_address(hotel_name: string)
  reads get_all_restaurants_in_city(city: string)
  reads get_cuisine_type_for_restaurants(restaurant_names: list of string)
  reads get_restaurants_address(restaurant_names: list of string)
  reads get_rating_reviews_for_restaurants(restaurant_names: list of string) yields untrusted
  reads get_dietary_restrictions_for_all_restaurants(restaurant_names: list of string)
  reads get_contact_information_for_restaurants(restaurant_names: list of string)
  reads get_price_for_restaurants(restaurant_names: list of string)
  reads check_restaurant_opening_hours(restaurant_names: list of string)
  reads get_all_car_rental_companies_in_city(city: string)
  reads get_car_types_available(company_name: list of string)
  reads get_rating_reviews_for_car_rental(company_name: list of string) yields untrusted
  reads get_car_fuel_options(company_name: list of string)
  reads get_car_rental_address(company_name: list of string)
  reads get_car_price_per_day(company_name: list of string)
  reads get_flight_information(departure_city: string, arrival_city: string)
  writes reserve_hotel(hotel: string, start_day: date, end_day: date)
  writes reserve_car_rental(company: string, start_time: string, end_time: string?)
  writes reserve_restaurant(restaurant: string, start_time: string)
}

# Every hotel of a city is in the list that the agency gives, so the list vouches for none of them.
guard reservations {
  ask requester before call travel.reserve_hotel unless said(args.hotel)
    because "the person did not name this hotel"
  ask requester before call travel.reserve_car_rental unless said(args.company)
    because "the person did not name this company"
  ask requester before call travel.reserve_restaurant unless said(args.restaurant)
    because "the person did not name this restaurant"
}
