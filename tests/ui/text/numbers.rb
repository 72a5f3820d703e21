package ui

fn digits(x: int) -> bool = x == 007
fn letters(x: int) -> bool = x == 12ab
fn large(x: int) -> bool = x < 99_999_999_999_999_999_999
