package ui

type address {
  street: string
  city:   string

label personal "names and addresses"
