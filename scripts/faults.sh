#!/bin/sh
# Plants each known fault, one at a time, and shows which suite catches it.
set -u
cd "$(dirname "$0")/.."
for runner in tests/faults/run.py tests/faults/run.sh; do
  [ -f "$runner" ] || continue
  case "$runner" in *.py) exec "${PYTHON:-python3}" "$runner" "$@" ;; *) exec sh "$runner" "$@" ;; esac
done
echo "faults: there is no list of planted faults (tests/faults) yet"
exit 1
