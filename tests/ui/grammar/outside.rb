package ui

connector pay "payments" {
  entity charge { id: string key } }
  reads get(id: string) -> charge GET "/charges/{id}"
}
