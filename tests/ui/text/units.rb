package ui

fn cheap(x: money(USD)) -> bool = x < 10.00 UDS
fn recent(x: time) -> bool = x within the last 2 month
fn brief(x: duration) -> bool = x < 90 secs
