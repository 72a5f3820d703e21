# tests.rb: each rule both ways.
package acme.research

test "an issue in the own organisation" {
  call github.create_issue(owner: "acme", repo: "app", title: "crash") by bug_triage
  expect allow by triage
}
test "an issue elsewhere" {
  call github.create_issue(owner: "other", repo: "app", title: "crash") by bug_triage
  expect deny
}
test "a session with personal data does not reach GitHub" {
  call crm.get_contact(id: "c_1") by bug_triage -> { id: "c_1", email: "a@b.example", name: "A. B." }
  then call github.create_issue(owner: "acme", repo: "app", title: "crash") by bug_triage
  expect deny by acme.platform.residency
}
test "a branch is deleted after a person was asked" {
  call github.delete_branch(owner: "acme", repo: "app", branch: "fix-1") by bug_triage
  expect ask data_office
}
test "the main branch is not deleted" {
  call github.delete_branch(owner: "acme", repo: "app", branch: "main") by bug_triage
  expect deny
}
