# tests.rb: `rbc test examples/gate` runs them.
package gate.notes

test "notes are read, and nothing else" {
  call files.read_text_file(path: "/srv/notes/todo.txt") by bot
  expect allow
  call files.read_text_file(path: "/srv/notes/../secret.txt") by bot
  expect deny
  call files.read_text_file(path: "/etc/passwd") by bot
  expect deny
}

test "writing is asked for" {
  call files.write_file(path: "/srv/notes/todo.txt", content: "x") by bot
  expect ask owner
}

test "a note is moved only by who has read none" {
  call files.move_file(source: "/srv/notes/todo.txt", destination: "/tmp/x") by bot
  expect allow
  then call files.read_text_file(path: "/srv/notes/todo.txt") by bot
  expect allow
  then call files.move_file(source: "/srv/notes/todo.txt", destination: "/tmp/y") by bot
  expect deny by private_notes
}
