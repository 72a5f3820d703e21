package ui

import std.detectrs.{ email, phone }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" }
policy work { allow release to person by desk with redact of [email, phone] }
