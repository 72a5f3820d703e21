#!/bin/sh
# try.sh: the example from nothing to a forbidden call that is stopped. Needs npx for the filesystem server; works in a
# directory of its own, which it names at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=${REBASE_BIN:-$here/../../build/bin}
work=/tmp/rbgatetry$$ && mkdir -p "$work/notes" && cd "$work"
printf 'Call Bob: bob@example.org\n' >notes/todo.txt
printf 'the secret\n' >secret.txt

"$bin/rbc" compile "$here" -o notes.rbb 2>/dev/null
sed "s|\"notes\"\\]|\"$work/notes\"]|" "$here/gate.json" >gate.json
echo '--- the tools, to review (accepted here)'
"$bin/rbgate" pin gate.json --accept 2>/dev/null | grep '^new\|accepted'

ask() { printf '{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"%s","arguments":%s}}\n' "$1" "$2" "$3"; }
echo '--- an agent that reads a note, tries two ways out of the folder, and wants to write'
{
  printf '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"try","version":"1"}}}\n'
  ask 1 read_text_file "{\"path\":\"$work/notes/todo.txt\"}"
  ask 2 read_text_file "{\"path\":\"$work/notes/../secret.txt\"}"
  ask 3 move_file "{\"source\":\"$work/notes/todo.txt\",\"destination\":\"$work/secret.txt\"}"
  ask 4 write_file "{\"path\":\"$work/notes/todo.txt\",\"content\":\"x\"}"
} | "$bin/rbgate" stdio gate.json 2>/dev/null | sed 's/.*"id":\([1-4]\),.*"text":"\([^"]*\)".*/\1: \2/; /^{/d'
echo '--- what the log says'
"$bin/rbgate" report decisions.jsonl
echo "--- everything is in $work"
