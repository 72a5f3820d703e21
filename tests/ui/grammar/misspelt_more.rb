package ui

struct item { id: string }
verified "the customer has proved who they are"
