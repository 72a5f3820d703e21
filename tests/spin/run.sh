#!/bin/sh
# Checks quota.pml and lease.pml for each of their properties, and that slips in them are noticed. Prints `N passed, N failed`.
set -u
cd "$(dirname "$0")" || exit 1
here=$PWD
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work" || exit 1
passed=0 failed=0

build() { rm -f pan; spin -a "$1" >pan.log 2>&1 && cc -O1 -w -o pan pan.c >>pan.log 2>&1; }
# verify PROPERTY: 0 when all states hold it, 1 when one does not, 2 when that was not found out
verify() {
  ./pan -a -m200000 -N "$1" >pan.log 2>&1
  grep -q 'max search depth too small' pan.log && return 2
  grep -q 'errors: 0$' pan.log && return 0
  grep -q 'errors: [1-9]' pan.log && return 1
  return 2
}
verdict() { if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1"; tail -20 pan.log; fi; }

# model NAME: from now on, and all properties of it
model() {
  source=$here/$1.pml
  build "$source"
  for property in never_overspent counted given_back; do
    verify $property
    verdict "$1: $property" $? 0
  done
}

# slip NAME PROPERTY SED: with that change the property must not hold
slip() {
  sed "$3" "$source" >slip.pml
  cmp -s slip.pml "$source" && { failed=$((failed + 1)); echo "FAIL $1: nothing changed"; return; }
  build slip.pml
  verify "$2"
  verdict "slip: $1" $? 1
}
model quota
slip "checked first, charged later" never_overspent 's/counter + BOUND <= LIMIT -> state/counter < LIMIT -> state/'
slip "an expired one gives back" counted 's/state\[h\] = done        \/\* late.*/counter = counter - BOUND; state[h] = done/'
slip "settled twice" counted 's/:: state\[h\] == open && !expired\[h\] ->/:: state[h] != none \&\& !expired[h] \&\& counter >= BOUND ->/'
slip "reserved twice" given_back 's/:: state\[h\] != none -> told\[h\] = true .*/:: state[h] != none \&\& counter + BOUND <= LIMIT -> counter = counter + BOUND; told[h] = true/'
model lease
slip "leased while anything is left" counted 's/counter + wanted <= LIMIT/counter < LIMIT/'
slip "leased twice" given_back 's/:: state\[n\] != none -> got = amount\[n\] .*/:: state[n] != none \&\& counter + wanted <= LIMIT -> counter = counter + wanted; got = amount[n]/'
slip "gives back what is drawn" never_overspent 's/if :: give > got -> give = got :: else fi/give = got/; s/free\[p\] = free\[p\] - give/free[p] = 0/'
slip "draws what it gave back" counted 's/free\[p\] = free\[p\] - give/skip/'
slip "gives nothing back" given_back 's/settle(lease, got - give)/settle(lease, got)/g'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
