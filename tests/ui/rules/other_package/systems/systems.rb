package acme.systems

connector pay "payments" { writes refund(id: string, amount: money(USD)) POST "/refunds" }
guard refunds { deny call pay.refund where args.amount > 100.00 USD because "too much" }
