# ai21.rb: models of AI21 Labs, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.ai21

provider ai21 "AI21 Labs" {
  kind openai
  base "https://api.ai21.com/studio/v1"
}

model jamba_1_5 {
  provider ai21
  id       "jamba-1.5"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}

model jamba_1_5_large {
  provider ai21
  id       "jamba-1.5-large"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
}

model jamba_1_5_large_001 {
  provider ai21
  id       "jamba-1.5-large@001"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
}

model jamba_1_5_mini {
  provider ai21
  id       "jamba-1.5-mini"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}

model jamba_1_5_mini_001 {
  provider ai21
  id       "jamba-1.5-mini@001"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}

model jamba_large_1_6 {
  provider ai21
  id       "jamba-large-1.6"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
}

model jamba_large_1_7 {
  provider ai21
  id       "jamba-large-1.7"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
}

model jamba_mini_1_6 {
  provider ai21
  id       "jamba-mini-1.6"
  window   256_000 tokens
  output   256_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}
