package ui

type person { name: string  mail: string? }
fn both(a: string?, b: string?) -> bool = a == b
fn begins(a: string?) -> bool = a starts with "x"
fn fine(a: string?) -> bool = a is present and a starts with "x"
fn never(a: string) -> bool = (a otherwise "b") == "c"
fn always(a: string) -> bool = a is present
