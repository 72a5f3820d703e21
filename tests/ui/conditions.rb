package ui

connector c "c" {
  reads get(id: string, note: string?)
}
agent bot { owner "x" purpose "y" uses c }
policy p {
  allow call c.get by bot where args.note == "a" and args.note starts with "b"
  deny call c.get where args.id = "x" because "no"
}
