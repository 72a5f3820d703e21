#!/bin/sh
# Checks what ARCHITECTURE.md promises about folders, includes, symbols and files. Prints `N passed, N failed`.
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0

# verdict TITLE FINDINGS: passed when nothing was found
verdict() {
  if [ -z "$2" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL $1"
    echo "$2" | sed 's/^/  /'
  fi
}

sources() { find "$@" -name '*.[chy]' -o -name '*.re' -o -name '*.def' | sort; }

verdict "runtime/ includes nothing of compiler/" "$(
  grep -nE '^#include "(support|diag|syntax|sema|codegen|cli)/|^#include "(rbc|compiler/.*)\.?h?"' $(sources runtime) /dev/null)"

# What the compiler may know of the runtime: the image, values and their arithmetic, and tables of names.
verdict "compiler/ (not cli) includes of runtime/ only image.h, value.h, arithmetic.h and .def files" "$(
  for header in $(cd runtime && find . -name '*.h' | sed 's|^\./||; s|^include/||'); do
    case "$header" in image.h | value.h | arithmetic.h) continue ;; esac
    grep -nE "^#include \"$header\"" $(sources compiler | grep -v '^compiler/cli/') /dev/null |
      { [ -f "compiler/$header" ] && cat >/dev/null || cat; }
  done)"
verdict "compiler/cli/ uses librebase through its public headers only" "$(
  for header in $(cd runtime && find . -name '*.h' | sed 's|^\./||; s|^include/||'); do
    case "$header" in image.h | value.h | rebase.h | rebase_quota.h) continue ;; esac
    grep -nE "^#include \"$header\"" $(sources compiler/cli) /dev/null
  done)"

verdict "service/ uses librebase through its public headers only, and of rbc only the slices of JSON" "$(
  grep -nE '^#include "' $(sources service) /dev/null | grep -vE '"(rebase(_[a-z]+)?\.h|cli/raw_json\.h)"' | while IFS=: read -r file line include; do
    name=$(echo "$include" | sed 's/.*"\(.*\)".*/\1/')
    [ -f "service/$name" ] || echo "$file:$line: $include"
  done)"

layer() { case "$1" in support) echo 0 ;; diag) echo 1 ;; syntax) echo 2 ;; sema) echo 3 ;; codegen) echo 4 ;; .) echo 5 ;; *) echo 6 ;; esac; }
verdict "includes inside the compiler go one way" "$(
  for file in $(sources compiler); do
    case "$file" in compiler/include/*) continue ;; compiler/*/*) own=${file#compiler/}; own=${own%%/*} ;; *) own=. ;; esac
    sed -n 's|^#include "\(support\|diag\|syntax\|sema\|codegen\|cli\)/.*|\1|p' "$file" | sort -u | while read -r other; do
      [ "$(layer "$other")" -le "$(layer "$own")" ] || echo "$file includes $other/"
    done
  done)"

verdict "librebase.so exports rebase_* only" "$(nm -D --defined-only build/librebase.so 2>&1 | awk '{ print $NF }' | grep -v '^rebase_' | sort)"
verdict "librebase.a defines rebase_* only" "$(nm -g --defined-only build/librebase.a 2>&1 | awk 'NF == 3 { print $3 }' | grep -v '^rebase_' | sort)"
verdict "librbc.a defines rbc_* only" "$(nm -g --defined-only build/librbc.a 2>&1 | awk 'NF == 3 { print $3 }' | grep -v '^rbc_' | sort)"
verdict "every function of rebase.h is in librebase.so" "$(
  nm -D --defined-only build/librebase.so 2>/dev/null | awk '{ print $NF }' | sort >build/exported.txt
  grep -v '^ *[/*]' runtime/include/rebase.h | grep -oE '\brebase_[a-z_]+\(' | tr -d '(' | sort -u | comm -23 - build/exported.txt)"
verdict "every function of rbc.h is in librbc.a" "$(
  nm -g --defined-only build/librbc.a 2>/dev/null | awk 'NF == 3 { print $3 }' | sort >build/exported.txt
  grep '^RBC_API' compiler/include/rbc.h | grep -oE '\brbc_[a-z_]+\(' | tr -d '(' | sort -u | comm -23 - build/exported.txt)"
verdict "librebase needs nothing of the compiler" "$(nm -u build/librebase.a 2>/dev/null | grep -E ' (rbc|node|arena|gen)_')"
# Only a counter of forks and its pthread_once_t: a child must notice that it is one.
verdict "no changeable globals in the libraries" "$(
  for library in build/librebase.o build/librbc.o; do
    objdump -t "$library" | awk '$0 ~ / O / { for (i = 1; i <= NF; i++) if ($i ~ /^\.(data|bss|tbss|tdata)/ && $i !~ /^\.data\.rel\.ro/) print $NF }' |
      grep -vE '^(engine_forks|once)(\.[0-9]+)?$' | sed "s|^|$library: |"
  done)"
verdict "no exit(), abort() or printf() in the libraries" "$(
  grep -nE '(^|[^_a-zA-Z>.])(exit|_exit|abort|printf|puts|putchar|perror)\(' $(sources runtime compiler | grep -v '^compiler/cli/') |
    grep -vE ':[0-9]+: *(/\*|\*)|__attribute__')"
verdict "files have fewer than 1,000 lines" "$(
  git ls-files '*.[chy]' '*.re' '*.def' '*.py' '*.sh' '*.rb' 2>/dev/null | while read -r file; do
    [ -f "$file" ] && [ "$(wc -l <"$file")" -ge 1000 ] && echo "$file: $(wc -l <"$file") lines"
  done)"
verdict "every source file says at its start what it is" "$(
  for file in $(sources runtime compiler service | grep '\.[ch]$'); do head -c 2 "$file" | grep -q '/\*' || echo "$file"; done)"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
