package ui

connector shop "orders" {
  kind "shop"
  residency 12
  failur "Error"
  base "https://shop.example"
  base "https://shop2.example"
  zone "Mars/Olympus"
  reads get(id: string) GET "/orders/{id}"
}
connector store "orders too" {
  base "https://shop.example"
  failure ""
  reads fetch(id: string) GET "/orders/{id}"
}
