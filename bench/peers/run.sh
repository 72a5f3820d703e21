#!/bin/sh
# run.sh [ROUNDS] [--json]: builds the peers' programs in build/peers from the registries of their languages, versions pinned in go.mod
# and Cargo.toml, checked against go.sum and Cargo.lock, and measures them beside Rebase. See README.md.
set -eu
cd "$(dirname "$0")/../.."
out=$PWD/build/peers
go_version=1.26.8
mkdir -p "$out"

complain() { echo "bench-peers: $1" >&2; exit 1; }

install() {                         # install PACKAGE...: Debian's
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || complain "needed: $*"
  echo "bench-peers: installing $*" >&2
  line="apt-get install -y --no-install-recommends $*"
  $line >"$out/install.log" 2>&1 || { apt-get update && $line; } >"$out/install.log" 2>&1 || { tail -20 "$out/install.log" >&2; exit 1; }
}

# at_least VERSION WANTED: both of the form 1.26.8
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$2" ]; }

# Go from 1.21 on fetches the toolchain it is told to use, checked against the checksum database. An older one, such as Debian 12's, fetches
# the same module when asked, and checks it likewise; it is then a matter of unpacking.
set_up_go() {
  command -v go >/dev/null || install golang-go ca-certificates
  have=$(go version | sed 's/.*go\([0-9.]*\).*/\1/')
  if at_least "$have" 1.21; then
    export GOTOOLCHAIN="go$go_version"
  elif ! [ -x "$out/go-$go_version/bin/go" ]; then
    case "$(uname -m)" in x86_64) machine=amd64 ;; aarch64) machine=arm64 ;; *) complain "Go $go_version or 1.21 and later is needed" ;; esac
    echo "bench-peers: fetching Go $go_version" >&2
    go mod download -json "golang.org/toolchain@v0.0.1-go$go_version.linux-$machine" >"$out/go.log" 2>&1 || true
    fetched=$(sed -n 's/.*"Dir": "\(.*\)".*/\1/p' "$out/go.log")
    [ -n "$fetched" ] || { cat "$out/go.log" >&2; complain "Go $go_version cannot be fetched"; }
    rm -rf "$out/go-unpacked"
    cp -R "$fetched" "$out/go-unpacked"
    chmod -R u+w "$out/go-unpacked"
    chmod +x "$out"/go-unpacked/bin/* "$out"/go-unpacked/pkg/tool/*/*
    find "$out/go-unpacked" -name _go.mod -exec sh -c 'mv "$1" "${1%_go.mod}go.mod"' - {} \;
    mv "$out/go-unpacked" "$out/go-$go_version"
  fi
  [ ! -x "$out/go-$go_version/bin/go" ] || { PATH="$out/go-$go_version/bin:$PATH"; export GOTOOLCHAIN=local; }
}

# Debian 12's Rust is too old for these crates: rustup, itself checked here, fetches the pinned one and checks it.
set_up_rust() {
  rust_version=1.95.0 rustup_version=1.28.2
  command -v cc >/dev/null || install gcc libc6-dev
  if command -v cargo >/dev/null && at_least "$(cargo --version | cut -d' ' -f2)" "$rust_version"; then return; fi
  export RUSTUP_HOME="$out/rustup" CARGO_HOME="$out/cargo"
  PATH="$CARGO_HOME/bin:$PATH"
  [ ! -x "$CARGO_HOME/bin/cargo" ] || return 0
  case "$(uname -m)" in
    x86_64) sum=20a06e644b0d9bd2fbdbfd52d42540bdde820ea7df86e92e533c073da0cdd43c ;;
    aarch64) sum=e3853c5a252fca15252d07cb23a1bdd9377a8c6f3efa01531109281ae47f841c ;;
    *) complain "Rust $rust_version or later is needed" ;;
  esac
  command -v curl >/dev/null || install curl ca-certificates
  echo "bench-peers: fetching Rust $rust_version" >&2
  curl --proto '=https' --tlsv1.2 -sSfo "$out/rustup-init" "https://static.rust-lang.org/rustup/archive/$rustup_version/$(uname -m)-unknown-linux-gnu/rustup-init" &&
    echo "$sum  $out/rustup-init" | sha256sum --quiet -c - && chmod +x "$out/rustup-init" || complain "rustup $rustup_version cannot be fetched, or is not what it should be"
  "$out/rustup-init" -y -q --no-modify-path --profile minimal --default-toolchain "$rust_version" >"$out/rust.log" 2>&1 ||
    { tail -5 "$out/rust.log" >&2; complain "Rust $rust_version cannot be fetched"; }
}

set_up_go
(cd bench/peers/go && go build -mod=readonly -trimpath -o "$out/" ./opa ./cel ./casbin)

set_up_rust
(cd bench/peers/rust && CARGO_TARGET_DIR="$out/rust" cargo build --release --locked --quiet)

exec python3 bench/peers/run.py "$@" "$out/rebase" "$out/opa" "$out/cel" "$out/casbin" "$out/rust/release/cedar" "$out/rust/release/regorus"
