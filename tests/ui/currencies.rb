package ui

connector c "c" {
  reads get(dollars: money(USD), euros: money(EUR), a: int?, b: int?, m: map of int, key: string, other: string)
}
agent bot { owner "x" purpose "y" uses c }
policy amounts {
  allow call c.get by bot where args.dollars == args.euros
  allow call c.get by bot where args.dollars < args.euros
  allow call c.get by bot where args.dollars in [args.euros]
}
