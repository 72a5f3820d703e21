# github.rb: the part of GitHub's REST API that agents use most. What strangers write is `untrusted`.
# Needs the company's label `untrusted`.
package std.connectors.github

import std.regions

connector github "GitHub" {
  kind code
  residency us
  base "https://api.github.com"
  auth bearer

  entity repository { full_name: string key  private: bool  default_branch: string }
  entity issue {
    id:     int key
    number: int
    state:  one of { open, closed, other }
    title:  string untrusted
    body:   string? untrusted
  }

  reads get_repository(owner: string, repo: string) -> repository
    GET "/repos/{owner}/{repo}"
  reads list_issues(owner: string, repo: string, per_page: int paging = 30) -> list of issue
    GET "/repos/{owner}/{repo}/issues"
    yields untrusted
  reads get_file(owner: string, repo: string, path: string)
    GET "/repos/{owner}/{repo}/contents/{path}"
    yields untrusted
  writes create_issue(owner: string, repo: string, title: string, body: string?) -> issue sends outside
    POST "/repos/{owner}/{repo}/issues"
  writes create_comment(owner: string, repo: string, number: int, body: string) sends outside
    POST "/repos/{owner}/{repo}/issues/{number}/comments"
  writes put_file(owner: string, repo: string, path: string, content: string, message: string, branch: string?)
    PUT "/repos/{owner}/{repo}/contents/{path}"
  writes merge_pull_request(owner: string, repo: string, number: int)
    PUT "/repos/{owner}/{repo}/pulls/{number}/merge"
  destroys delete_branch(owner: string, repo: string, branch: string)
    DELETE "/repos/{owner}/{repo}/git/refs/heads/{branch}"
}
