# support.rb: the support agent and which model answers it.
package acme.support

agent helpdesk {
  owner   "support@acme.example"
  purpose "answers customers"
  expects chat   2_000 per day { input: 1_200, output: 500, generated: 310 }
  expects chat   600 per day { input: 1_200, output: 500, generated: 310, cached: 800, has: personal }
  expects reason 240 per day { input: 6_000, output: 2_000 }
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
