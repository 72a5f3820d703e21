#!/bin/sh
# bench.sh [ROUNDS] [--json]: the measurements, then instructions counted; see bench/README.md.
set -eu
cd "$(dirname "$0")/.."
for last; do :; done
build/bench/bench "$@"
[ "${last-}" = --json ] && exec python3 tests/speed/run.py --json
echo
exec python3 tests/speed/run.py
