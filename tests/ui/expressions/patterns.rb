package ui

detector twice "a pattern with a back reference" /(a)\1/
fn ahead(x: string) -> bool = x matches /(?=a)b/
fn many(x: string) -> bool = x matches /(a|b)*a(a|b){14}/
fn open(x: string) -> bool = x matches /(ab/
fn text(x: string) -> bool = x matches "ab"
fn value(x: string) -> bool = x == /ab/
