package ui

table pairs_of { a: string key  b: string key } rows { ("x", "y") }
table one { a: string key } rows { ("x") }
type item { id: string  price: money(USD) }
fn least(a: int, b: money(USD)) -> bool = min(a, b) == 1
fn mixed(a: int) -> bool = any x in [1, "2"] where x == a
fn member(a: int, xs: list of string) -> bool = a in xs
fn records(a: string, xs: list of item) -> bool = a in xs
fn two_keys(a: string) -> bool = a in pairs_of
fn called(a: item) -> bool = a.id("x")
fn added(x: list of string) -> bool = sum(x) > 1
fn table_value(a: string) -> bool = one == a
fn record(a: item) -> bool = a == { id: "x", price: 1.00 USD }
fn missing_base(a: item?) -> bool = a.id == "x"
fn stand_in(a: int?) -> bool = (a otherwise "x") == 1
fn not_lists(a: set of int, b: list of int) -> bool = all (x, y) in pairs(a, b) satisfy x == y
fn first_pair(a: list of int, b: list of int) -> bool = (first (x, y) in pairs(a, b) where x == y) is present
