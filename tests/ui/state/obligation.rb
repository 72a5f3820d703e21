package ui

proof verified "who they are" lasts 15 minutes
detector iban "bank account" /[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}/
connector pay "payments" { writes refund(id: string, note: string) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work { allow call pay by desk }
guard notes {
  redact args.note of iban before call pay.refund where session has verified
}
