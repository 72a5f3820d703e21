package ui

let small = 100.00 USD
