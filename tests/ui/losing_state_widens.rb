package ui

connector c "c" {
  entity e { id: string key }
  reads get(id: string) -> e
}
agent bot { owner "x" purpose "y" uses c }
policy p { allow call c.get by bot }
guard g {
  deny call c.get where count(seen e) > 0 because "one only"
}
