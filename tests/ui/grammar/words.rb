package ui

type item { state: enum { open, closed } }
fn there(a: string?) -> bool = a is not present
fn open(a: string) -> bool = a is "open"
fn closed(a: string) -> bool = a is not "open"
label personal "names";
agent desk "refunds" { owner "desk@acme.example", purpose "gives money back" }
