package acme.systems

connector pay "payments" { writes refund(id: string) POST "/refunds" }
label personal "names"
