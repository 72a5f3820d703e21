package ui

agent desk "waits" { owner "desk@acme.example" purpose "waits" }

policy idle {
  allow call
  allow call by desk
}
