package ui

region eu "Europe" { region de }
type person { name: string  state: one of { active, gone } }
fn named(p: person) -> bool = p.nmae == "x"
fn active(p: person) -> bool = p.state == actve
fn place(r: region) -> bool = r in frnace
fn bare(p: person) -> bool = p.name == somebody
fn map_value(m: map of string) -> bool = m.key == "x"
