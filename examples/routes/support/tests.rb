package acme.support
import acme.platform.{ small, medium, large, bargain, personal, residency }

test "the cheapest that is good enough answers" {
  infer task: chat, tokens: { input: 1_200, output: 300 } by helpdesk
  expect allow
  expect route starting with bargain
  expect cost at most 0.00012 USD
}
test "what is about a person stays in the EU, with a provider that keeps nothing" {
  given session has personal
  infer task: chat, tokens: { input: 1_200, output: 300 } by helpdesk
  expect route starting with small
}
test "a long request finds a model that holds it" {
  given session has personal
  infer task: chat, tokens: { input: 60_000, output: 2_000 } by helpdesk
  expect route starting with medium
}
test "a tier for what is hard" {
  infer task: reason, tokens: { input: 2_000, output: 1_000 } by helpdesk
  expect route starting with large
}
test "no model is left: reasoning about a person" {
  given session has personal
  infer task: reason, tokens: { input: 2_000, output: 1_000 } by helpdesk
  expect deny by residency
}
test "a task that nobody measured" {
  infer task: poetry, tokens: { input: 2_000, output: 1_000 } by helpdesk
  expect deny
}
test "the cap holds for all attempts" {
  infer task: reason, tokens: { input: 60_000, output: 10_000 } by helpdesk
  expect deny
}
