#!/bin/sh
# The airline example, end to end: compile, test, replay. Our own sessions always; the recorded ones where they are.
set -eu
cd "$(dirname "$0")/.."
rbc=build/bin/rbc
example=examples/airline
data=${REBASE_DATA:-../shared/data}
say() { printf '\n== %s\n' "$*"; }

say "rbc compile $example"
"$rbc" compile "$example" --date 2024-05-15 -o build/airline.rbb
"$rbc" verify build/airline.rbb

say "rbc test $example"
"$rbc" test "$example" --date 2024-05-15 | tail -1

say "rbc replay: sessions of our own writing, honest ones and ones that break each rule"
"$rbc" replay "$example" "$example/sessions/own.jsonl" --date 2024-05-15

if [ -f "$data/airline/sessions.jsonl" ]; then
  say "rbc replay: 100 recorded sessions of a GPT-4o agent ($data/airline/sessions.jsonl)"
  "$rbc" replay "$example" "$data/airline/sessions.jsonl" --date 2024-05-15
  printf '\nWhy each of these calls breaks the written policy: %s/README.md\n' "$example"
else
  printf '\nleft out: the recorded sessions (nothing at %s/airline; set REBASE_DATA)\n' "$data"
fi
