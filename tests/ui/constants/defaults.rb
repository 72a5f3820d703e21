package ui

type address { street: string  country: one of { de, fr }  zip: string? }
connector shop "orders" {
  reads find(
    limit:  int = "20",
    state:  one of { open, closed } = opened,
    since:  date = "2026-2-1",
    count:  int = 1 + 1,
    most:   money(USD) = 10.00 EUR,
    least:  money(JPY) = 10.50 JPY,
    weight: decimal = 12345678901234.5,
    where_: address = { street: "Main", country: de, street: "Side", town: "X" },
    to_:    address = { street: "Main" },
    note:   string? = "none"
  ) GET "/orders"
}
