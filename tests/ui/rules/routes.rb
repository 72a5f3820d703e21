package ui

agent desk "desk" { owner "desk@acme.example" purpose "answers" }
agent clerk "clerk" { owner "desk@acme.example" purpose "answers" }
region eu
provider near { kind openai base "https://near.example" region eu }
model small { provider near id "s" price input 1.00 USD per 1_000_000 tokens }
model large { provider near id "l" price input 2.00 EUR per 1_000_000 tokens }
route a { for infer by desk cap 1.00 USD per request prefer lowest cost prefer lowest latency }
route b { for infer by clerk }
route c { for infer by clerk where model.region in eu cap 1.00 USD per request }
route d { for infer by clerk where task == chat fallback small cap 1.00 USD per request }
route e { for infer by clerk where task == chat retry 99 on timeout cap 1.00 USD per request }
route f { for infer by clerk where task == chat retry 2 on timeouts cap 1.00 USD per request }
route g { for infer by clerk where task == chat prefer weighted { small 20%, large 3 } cap 1.00 USD per request }
route h { for infer by clerk where task == chat prefer weighted { small 1, small 3 } cap 1.00 USD per request }
route i { for infer by clerk where task == chat prefer lowest cost sticky by session cap 1.00 USD per request }
route j { for infer by clerk where task == chat prefer weighted { small 1 } sticky by agent cap 1.00 USD per request }
route k { for infer by clerk where task == chat prefer highest cost cap 1.00 USD per request }
route l { for infer by clerk where task == chat cap 1.00 USD per day }
route m { for infer by clerk where task == chat cap 1.00 USD per request tier hard { where task == chat } }
route n { for infer by clerk where task == chat cap 1.00 USD per request tier hard { } tier easy, hard { } }
route o { for call by clerk }
route p { for infer by clerk where task == chat require model.quality[chat] > 80% cap 1.00 USD per request }
route q { for infer by clerk where task == chat require model.size > 80 cap 1.00 USD per request }
guard limits {
  limit infer of tokens.input at most 5 per day
  limit infer for each connector at most 5 per day
}
guard calls { deny infer where model.latency > 2 milliseconds because "slow" }
test "t" { infer task: chat, tokens: { inputs: 5 } by clerk expect deny }
test "u" { infer model: small by clerk expect deny }
test "v" { release to person text: "x" by clerk expect cost at most 1.00 USD }
