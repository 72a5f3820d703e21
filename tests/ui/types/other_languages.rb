package ui

type item { id: str  count: integer  on: boolean  parts: array }
