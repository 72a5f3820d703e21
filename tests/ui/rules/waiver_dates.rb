package ui

connector pay "payments" { writes refund(id: string, amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
agent clerk "orders" { owner "desk@acme.example" purpose "looks orders up" }
policy work { allow call pay.refund by desk }
guard ids { deny call pay.refund by desk where args.id == "" because "which one?" }
waive ids for desk until 2025-12-31 because "GRC-2"
waive ids for clerk until 2027-01-31 because "GRC-3"
