package ui

fn text(x: string) -> bool = x == 5
fn two(a: money(USD), b: money(EUR)) -> bool = a + b > 1.00 USD
fn sum_of(a: date, b: date) -> bool = a + b == today
fn part(a: date) -> bool = a + 12 hours == today
fn zero(a: int) -> bool = a / 0 > 1
fn order(a: string, b: string) -> bool = a < b
fn whole(a: list of string, b: list of string) -> bool = a == b
fn chosen(a: bool) -> int = if a then 1 else "2"
fn mixed(a: int) -> bool = a in [1, "2"]
fn number(a: int) -> bool = not a
