#!/bin/sh
# demo.sh: the airline's written policy as Rebase, end to end, on sessions of our own writing and, where they are there,
# on 100 recorded sessions of an agent that had the same policy in its prompt. Called by `make demo`.
set -eu
cd "$(dirname "$0")/.."
rbc=${RBC:-build/bin/rbc}
example=examples/airline
data=${REBASE_DATA:-../shared/data}
bundle=build/airline.rbb
say() { printf '\n== %s\n' "$*"; }

say "1. The policy, compiled to one verified bundle, and its tests"
"$rbc" compile "$example" --date 2024-05-15 -o "$bundle"
"$rbc" verify "$bundle"
"$rbc" test "$example" --date 2024-05-15 | tail -n 1

say "2. One conversation, decision by decision"
cat <<'TEXT'
A customer wants to fly home a day later. The agent asks for the change at once; then, after it looked up what it was
told to, with a certificate; then with a card, which the customer confirms. What an agent is told is the reason; the
condition of a rule stays with the people who run it.

TEXT
"$rbc" eval "$bundle" "$example/sessions/demo.jsonl" | awk '
  BEGIN { split("change the flights|look up the profile|look up the reservation|search for flights|change, by certificate|" \
                "change, by card|change, by card, confirmed", wanted, "|") }
  { printf "  %-28s %s\n", wanted[++n], $0 }'
printf '\nThe second refusal as a person reads it:\n'
"$rbc" eval "$bundle" "$example/sessions/demo.jsonl" --explain | awk '/^[a-z]/ { n++ } n == 5 && /^ /'

say "3. Sessions of our own writing: honest ones, and ones that break each rule"
"$rbc" replay "$bundle" "$example/sessions/own.jsonl" --now 2024-05-15T15:00:00-05:00 | sed -n '1,8p'
printf '\n%s\n' "Which rule stops which call of these is checked by make test ($example/sessions/expected.json)."

if [ -f "$data/airline/sessions.jsonl" ]; then
  say "4. 100 recorded sessions of a GPT-4o agent that had the same policy in its prompt"
  "$rbc" replay "$bundle" "$data/airline/sessions.jsonl" --now 2024-05-15T15:00:00-05:00
  printf '\n%s\n' "Each stopped call of a succeeded session stands in $example/README.md with the sentence that it breaks."
else
  say "4. Left out: the 100 recorded sessions (nothing at $data/airline; set REBASE_DATA)"
fi
