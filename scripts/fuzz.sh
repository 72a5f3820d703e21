#!/bin/sh
# fuzz.sh SECONDS FUZZER...: runs each libFuzzer target for so long, then random policies and requests for so long.
# Seeds are made from the examples; what is found stays in build/fuzz/found, what is learnt in build/fuzz/corpus.
set -u
cd "$(dirname "$0")/.."
seconds=$1
shift
status=0
mkdir -p build/fuzz/found

seeds() {                                   # of a target, into a folder
  case $1 in
  fuzz_source) i=0; for file in $(git ls-files '*.rb' 2>/dev/null || find examples stdlib tests -name '*.rb'); do i=$((i + 1)); cp "$file" "$2/$i.rb"; done ;;
  fuzz_image) for root in examples/*/root.rb; do
      build/bin/rbc compile "$(dirname "$root")" --date 2026-01-01 -o "$2/$(basename "$(dirname "$root")").rbb" >/dev/null 2>&1 || true; done ;;
  fuzz_request) cp tests/fuzz/requests.txt "$2/requests" ;;
  esac
}

words() {                                   # a dictionary
  case $1 in
  fuzz_source) sed -n 's/^[A-Z_]*("\([a-z ]*\)".*/"\1"/p; s/.*"\([a-z]\{2,\}\)".*/"\1"/p' compiler/syntax/tokens.def | sort -u ;;
  fuzz_request) grep -o '"[a-z_]\{2,\}"' tests/fuzz/requests.txt | sort -u ;;
  esac
}

for target in "$@"; do
  corpus=build/fuzz/corpus/$target seed=build/fuzz/seeds/$target
  rm -rf "$seed"
  mkdir -p "$corpus" "$seed"
  seeds "$target" "$seed"
  words "$target" >"build/fuzz/$target.dict"
  echo "== $target for $seconds seconds, $(ls "$seed" | wc -l) seeds"
  set -- -max_total_time="$seconds" -artifact_prefix="build/fuzz/found/$target-" -print_final_stats=1 -timeout=10 -rss_limit_mb=2048 -max_len=65536
  [ -s "build/fuzz/$target.dict" ] && set -- "$@" "-dict=build/fuzz/$target.dict"
  if "build/fuzz/tests/$target" "$@" "$corpus" "$seed" >"build/fuzz/$target.log" 2>&1; then
    grep -E 'stat::number_of_executed_units|stat::average_exec_per_sec' "build/fuzz/$target.log"
  else
    tail -40 "build/fuzz/$target.log"
    status=1
  fi
done
if [ -x build/tests/differential ]; then
  seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
  echo "== random policies and requests, VM against reference: seed $seed"
  build/tests/differential --seconds "$seconds" "$seed" || status=1
fi
exit $status
