package ui

fn between(low: int, x: int, high: int) -> bool = low < x < high
