package acme.systems

connector pay "payments" { writes refund(id: string) POST "/refunds" }
connector shipping "parcels" { reads track(id: string) GET "/track/{id}" }
