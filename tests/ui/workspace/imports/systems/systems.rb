package acme.systems

import acme.desk.owners

connector pay "payments" { writes refund(id: string) POST "/refunds" }
