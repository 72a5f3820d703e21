package ui

connector c "c" {
  reads get(amount: money(USD))
}
agent bot { owner "x" purpose "y" uses c }
policy p {
  allow call c.get by bot where args.amount <= 100
  allow call c.get by bot where args.amount <= 5.00 EUR
  allow call c.get by bot where args.amuont <= 5.00 USD
}
