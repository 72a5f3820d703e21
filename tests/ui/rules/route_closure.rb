package ui

agent desk "desk" { owner "desk@acme.example" purpose "answers" }
agent clerk "clerk" { owner "desk@acme.example" purpose "answers" }
region eu
region us
provider near { kind openai base "https://near.example" region eu, us training true }
model small { provider near id "s" price input 1.00 USD per 1_000_000 tokens price output 1.00 USD per 1_000_000 tokens
  quality chat 70% { source: "own", date: 2026-01-01, sample: 300 } }
model large { provider near id "l" window 9_000 tokens price input 2.00 USD per 1_000_000 tokens }
model unmeasured { provider near id "u" window 9_000 tokens price input 2.00 USD per 1_000_000 tokens price output 1.00 USD per 1_000_000 tokens }
route fine { for infer by desk where task == a }
route far { for infer by desk where task == b require model.region in eu }
route trained { for infer by desk where task == c require not model.training }
route windowed { for infer by desk where task == d prefer weighted { small 1 } require model.window > 5 }
route measured { for infer by desk where task == e tier chat { require model.quality[task] > 80% } tier code { require model.quality[task] > 10% } }
route shared { for infer by desk where task == f prefer weighted { small 1, large 1 } }
route guarded { for infer by clerk }
guard g { deny infer by clerk where model.provider == "ui.near" because "not for clerks" }
guard h { deny infer where session.age > 5 minutes and model.latency > 2 seconds because "slow" }
