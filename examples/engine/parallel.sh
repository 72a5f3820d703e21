#!/bin/sh
# parallel.sh POLICY TRAFFIC.jsonl [OPTIONS OF rbc simulate --merge]: a simulation on all cores of a machine, or of many (parallel --sshlogin),
# by GNU parallel. The log is cut where its date changes, in the company's own zone, so that each day's budget lies in one part.
set -eu
[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
policy=$1 traffic=$2
shift 2
results=$(mktemp)
trap 'rm -f "$results"' EXIT
parallel --will-cite --halt now,fail=1 --pipe --group-by 's/.*"time":"(.{10}).*/$1/' -kN1 \
  rbc simulate "$policy" - --partial <"$traffic" >"$results"
rbc simulate --merge "$results" "$@"
