#!/bin/sh
# bench.sh [ROUNDS] [--json]: the measurements; see bench/README.md.
set -eu
cd "$(dirname "$0")/.."
exec build/bench/bench "$@"
