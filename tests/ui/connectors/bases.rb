package ui

connector shop "orders" {
  base "https://Shop.example/"
  reads get(id: string) GET "/orders/{id}"
}
connector store "orders too" {
  base "https://shop.example"
  reads fetch(id: string) GET "/orders/{id}"
}
