#!/bin/sh
# fuzz.sh SECONDS FUZZER...: runs each libFuzzer target for so long, then random policies and requests for so long.
set -u
cd "$(dirname "$0")/.."
seconds=$1
shift
status=0
[ $# -gt 0 ] || echo "fuzz: there are no fuzz targets (tests/fuzz/fuzz_*.c) yet"
for target in "$@"; do
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus" build/fuzz/found
  seeds=tests/fuzz/corpus/$target
  dictionary=tests/fuzz/$target.dict
  echo "== $target for $seconds seconds"
  set -- -max_total_time="$seconds" -artifact_prefix="build/fuzz/found/$target-" -print_final_stats=1 -timeout=10 -rss_limit_mb=2048
  [ -f "$dictionary" ] && set -- "$@" "-dict=$dictionary"
  [ -d "$seeds" ] && set -- "$@" "$corpus" "$seeds" || set -- "$@" "$corpus"
  if "build/fuzz/tests/$target" "$@" >"build/fuzz/$target.log" 2>&1; then
    grep -E 'stat::number_of_executed_units|stat::average_exec_per_sec' "build/fuzz/$target.log"
  else
    tail -40 "build/fuzz/$target.log"
    status=1
  fi
done
if [ -x build/tests/differential ]; then
  echo "== random policies and requests, VM against reference"
  build/tests/differential --seconds "$seconds" --seed random || status=1
fi
exit $status
