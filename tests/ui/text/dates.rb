package ui

fn early(x: date) -> bool = x < 2026-02-30
fn soon(x: time) -> bool = x < 2026-02-28T25:00:00Z
fn local(x: time) -> bool = x < 2026-02-28T12:00:00
