package ui

fn a(x: money(USD)) -> bool = x < 10.00 XQZ
fn b(x: duration) -> bool = x < 90 fortnights
fn c(x: int) -> bool = x < 1_000_
fn d(x: duration) -> bool = x < 1.5 hours
fn e(x: string) -> bool = x == "\u{zz}"
