package ui

agent bot { owner "x" purpose "y" }
policy p {
  allow call nothing.here by bot
}
