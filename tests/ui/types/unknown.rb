package ui

type item {
  id:     strng
  price:  money
  paid:   money(ABC)
  state:  one of { open, closed, open }
  reason: one of { other, damaged, late }
  tags:   set of address
}
type address { street: string }
