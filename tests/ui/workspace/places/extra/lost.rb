package acme.extra

type item { id: string }
