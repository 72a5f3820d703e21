package ui

connector pay "payments" { writes refund(id: string, amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
guard refunds {
  allow call pay.refund by desk
}
policy work { allow call pay.refund by desk }
