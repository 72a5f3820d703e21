package ui

agent desk "refunds" { owner: "desk@acme.example" purpose "gives money back" }
type item { id string  price: money(USD) }
