# cohere.rb: models of Cohere, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.cohere

provider cohere "Cohere" {
  kind cohere
  base "https://api.cohere.com/v2"
}

model command_a_03_2025 {
  provider cohere
  id       "command-a-03-2025"
  window   256_000 tokens
  output   8_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.50 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
}

model command_light {
  provider cohere
  id       "command-light"
  window   4_096 tokens
  output   4_096 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model command_r {
  provider cohere
  id       "command-r"
  window   128_000 tokens
  output   4_096 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model command_r_plus {
  provider cohere
  id       "command-r-plus"
  window   128_000 tokens
  output   4_096 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.50 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
}
