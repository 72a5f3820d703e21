package ui

connector pay "payments" {
  kind payments
  reads get(id: string) GET "/charges/{id}"

connector shop "orders" {
  kind shop
  reads find(id: string) GET "/orders/{id}"
}
