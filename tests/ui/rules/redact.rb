package ui

detector iban "bank account" /[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}/
connector pay "payments" { writes refund(id: string, amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay accepts clerk }
agent clerk "orders" { owner "desk@acme.example" purpose "looks orders up" }
policy work {
  allow call pay.refund by desk with redact of iban
  allow call pay.refund by desk with redact args.amount of iban
  allow call pay.refund by desk with redact requester.id of iban
  allow release to person by desk with redact args.id of iban
  allow delegate to desk by clerk with redact of iban
}
