# rules.rb: what the agent may do with them.
package gate.notes

import std.detectors.{ email, iban }

policy notes {
  allow call files.list_allowed_directories by bot
  allow call files.list_directory by bot
    where args.path matches /\/[a-z0-9\/]*\/notes/

  allow call files.read_text_file by bot
    where args.path matches /\/[a-z0-9\/]*\/notes\/[a-z0-9_]+\.txt/

  allow call files.move_file by bot
    where args.source matches /\/[a-z0-9\/]*\/notes\/[a-z0-9_]+\.txt/

  ask owner before call files.write_file by bot
    where args.path matches /\/[a-z0-9\/]*\/notes\/[a-z0-9_]+\.txt/
    because "a note would be written"

  allow release to agent by bot with redact of [email, iban]
}

# Wherever it is allowed: what was read stays where it is.
guard private_notes {
  deny call files.move_file where session has private
    because "this session has read private notes"
}
