#!/bin/sh
# Runs the measurements there are, and says which there are not.
set -u
cd "$(dirname "$0")/.."
found=0
for runner in bench/run.sh bench/*/run.sh; do
  [ -f "$runner" ] || continue
  found=1
  echo "== $runner"
  sh "$runner" || exit 1
done
[ "$found" -eq 1 ] || echo "bench: nothing is measured yet; there is no bench/ in this version"
