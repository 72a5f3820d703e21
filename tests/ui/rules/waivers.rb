package ui

connector pay "payments" { writes refund(id: string, amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
agent clerk "orders" { owner "desk@acme.example" purpose "looks orders up" }
policy work { allow call pay by desk }
guard ids { deny call pay.refund where args.id == "" because "which one?" }
waive ids for desk until 2027-01-31
