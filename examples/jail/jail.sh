#!/bin/sh
# jail.sh SOCKET COMMAND ...: runs an agent where nothing but the gateway can be reached. It gets a network namespace of its own, in
# which there is only a loopback: no address leads out. SOCKET is the gateway's unix socket ("listen": ["unix:SOCKET"]); for agents that
# speak only TCP it is offered at http://127.0.0.1:8181/mcp when socat is installed.
set -eu
[ $# -ge 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
export RBGATE_SOCKET="$1"
shift
[ -S "$RBGATE_SOCKET" ] || { echo "jail: $RBGATE_SOCKET is no socket" >&2; exit 1; }
if [ "$(id -u)" -eq 0 ]; then own="--net"; else own="--user --map-root-user --net"; fi
# shellcheck disable=SC2086
exec unshare $own -- sh -c '
  ip link set lo up 2>/dev/null || true
  command -v socat >/dev/null 2>&1 && { socat TCP-LISTEN:8181,bind=127.0.0.1,fork,reuseaddr "UNIX-CONNECT:$RBGATE_SOCKET" & }
  exec "$@"' jail "$@"
