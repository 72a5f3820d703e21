# support.rb: the support agent and which model answers it.
package acme.support

agent helpdesk {
  owner   "support@acme.example"
  purpose "answers customers"
}

route answers {
  for      infer by helpdesk
  require  model.quality[task] >= 80%
  require  model.window >= tokens.input + tokens.output
  prefer   lowest cost
  fallback 2
  retry    1 on timeout, overloaded
  cap      0.50 USD per request
  tier reason {
    require model.reasoning
    prefer  highest quality[task]
  }
}
