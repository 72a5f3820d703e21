package ui

// what a company of one has
fn fine(a: int, b: bool) -> bool = a > 1 && !b
