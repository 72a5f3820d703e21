package ui

# Providers, models, prices and qualities.
provider cloud "Cloud" { kind openai  base "https://models.example"  retention 30 days  training false }
model small "Small" {
  provider cloud
  id       "small-1"
  window   128_000 tokens
  can      tools, vison
  priced   2026-08-01 "price page"
  price    input 0.15 USD per 1_000_000 tokens
  price    input 0.15 USD per 1_000 tokens
  price    ouput 0.60 USD per 1_000_000 tokens
  price    request 0.01 EUR per request
  quality  chat 82% { source: "own evaluation", date: 2026-01-01, sample: 300 }
  quality  code 0.5
}
model nameless { window 8_000 tokens }
model big    { replaces small  price input 1.00 USD per 3 tokens  output 3 }
model bigger { replaces big }
model other  { replaces small }
