#!/bin/sh
# setup.sh [PACKAGE ...]: what the build needs. On Debian, as root, it installs what is missing; otherwise it prints
# the one line to run. Fast when nothing is missing: a stamp in build/ names the list that was checked.
set -eu
cd "$(dirname "$0")/.."

packages="build-essential valgrind re2c lemon libjansson-dev libsodium-dev libutf8proc-dev libcurl4-openssl-dev libmicrohttpd-dev libcjose-dev libssl-dev libseccomp-dev libsqlite3-dev libhiredis-dev redis-server spin procps libjs-chart.js parallel check pkg-config python3 tzdata $*"
# Clients and servers that others wrote are tried with the gateway. A Node.js from elsewhere brings its own npm, which Debian's would clash with.
command -v npm >/dev/null 2>&1 || packages="$packages nodejs npm"
python3 -c 'import ensurepip' >/dev/null 2>&1 || packages="$packages python3-venv"
stamp="build/setup-$(printf '%s' "$packages" | cksum | cut -d' ' -f1)"
[ -f "$stamp" ] && exit 0
mkdir -p build

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "setup: this is no Debian system. The build needs the counterparts of: $packages" >&2
  missing=""
  for tool in cc make re2c lemon pkg-config python3; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  [ -z "$missing" ] || { echo "setup: not found:$missing" >&2; exit 1; }
  exit 0
fi

missing=""
for package in $packages; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
  line="apt-get install -y --no-install-recommends$missing"
  if [ "$(id -u)" -ne 0 ]; then
    echo "setup: packages are missing. Run: sudo $line" >&2
    exit 1
  fi
  echo "setup: installing$missing" >&2
  export DEBIAN_FRONTEND=noninteractive
  if ! $line >build/setup.log 2>&1; then
    { apt-get update && $line; } >build/setup.log 2>&1 || { tail -20 build/setup.log >&2; exit 1; }
  fi
fi
: >"$stamp"
