package ui

proof verified "who they are" lasts 15 minutes
connector pay "payments" { writes refund(id: string, note: string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work { allow call pay.refund by desk }
guard ids { deny call pay.refund where args.id == "" because "which one?" }
waive ids for desk where not (session has verified) until 2027-01-31 because "GRC-1"
