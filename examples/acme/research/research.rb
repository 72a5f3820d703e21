# research.rb: an agent that reads and files issues. It sees no personal data, and the guards see to it.
package acme.research

import std.connectors.github

agent bug_triage {
  owner   "research@acme.example"
  purpose "turns complaints into issues"
  uses    crm.{ count_cases, search_cases, get_contact }
  uses    github.{ list_issues, create_issue, create_comment, delete_branch }
}

policy triage {
  allow call crm.{ count_cases, search_cases, get_contact } by bug_triage
  allow call github.{ list_issues, create_issue, create_comment } by bug_triage
    where args.owner == "acme"
  allow call github.delete_branch by bug_triage
    unless args.branch in ["main", "release"]
}
