package ui

table rates { code: string key  rate: decimal } rows { ("a", 0.1) }
tree org { member: string  group: string } rows { ("a", "b") }
fn half(x: int) -> decimal = x / 2
fn unknown(x: int) -> bool = hafl(x) > 1
fn tree_value(x: string) -> bool = org(x)
fn value(x: int) -> bool = x(1) > 2
fn many(x: int) -> bool = half(x, 2) > 1
fn keys(x: string) -> bool = rates(x, x) is present
fn built_in(x: string) -> bool = length() > 1
fn group(x: string) -> bool = x in org("a", "b")
fn element(x: int) -> bool = x[0] == 1
fn every(x: int) -> bool = any y in x where y == 1
fn inside(x: int) -> bool = x in 5
fn again(x: int) -> int = twice(x)
fn twice(x: int) -> int = again(x) + 1
fn default(x: int = 2) -> int = x
fn length(x: string) -> int = 1
fn zone(t: time, z: string) -> bool = hour(t, z) > 8
fn empty() -> bool = count([]) == 0
fn list_of(a: int) -> bool = any y in [a, 2] where y == 1
