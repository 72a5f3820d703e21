package ui

# What a condition shows of an optional value, and what it does not.
connector c "c" {
  reads get(a: int?, b: int?, m: map of int, key: string, other: string)
}
agent bot { owner "x" purpose "y" uses c }
policy shown {
  allow call c.get by bot where args.a is present and args.a > 1
  allow call c.get by bot where args.a == 1 and args.a + 1 > 1
  allow call c.get by bot where args.m[args.key] is present and args.m[args.key] > 1
  allow call c.get by bot where (args.a == 1 or args.a == 2) and args.a > 0
  allow call c.get by bot where args.a is missing or args.a > 0
}
policy not_shown {
  allow call c.get by bot where (args.a is present or args.b is present) and args.a > 1
  allow call c.get by bot where args.a != 1 and args.a > 1
  allow call c.get by bot where args.m[args.key] is present and args.m[args.other] > 1
  allow call c.get by bot where not (args.a is present) and args.a > 0
  allow call c.get by bot where args.a is present or args.a > 0
}
