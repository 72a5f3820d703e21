# minimax.rb: models of MiniMax, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.minimax

provider minimax "MiniMax" {
  kind openai
  base "https://api.minimax.io/v1"
}

model minimax_m2 {
  provider minimax
  id       "MiniMax-M2"
  window   200_000 tokens
  output   8_192 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
  price cached_write      0.375 USD per 1_000_000 tokens
}

model minimax_m2_1 {
  provider minimax
  id       "MiniMax-M2.1"
  window   1_000_000 tokens
  output   8_192 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
  price cached_write      0.375 USD per 1_000_000 tokens
}

model minimax_m2_1_lightning {
  provider minimax
  id       "MiniMax-M2.1-lightning"
  window   1_000_000 tokens
  output   8_192 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.40 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
  price cached_write      0.375 USD per 1_000_000 tokens
}

model minimax_m2_5 {
  provider minimax
  id       "MiniMax-M2.5"
  window   1_000_000 tokens
  output   8_192 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
  price cached_write      0.375 USD per 1_000_000 tokens
}

model minimax_m2_5_lightning {
  provider minimax
  id       "MiniMax-M2.5-lightning"
  window   1_000_000 tokens
  output   8_192 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.40 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
  price cached_write      0.375 USD per 1_000_000 tokens
}

model minimax_m3 {
  provider minimax
  id       "MiniMax-M3"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
  price cached_read       0.06 USD per 1_000_000 tokens
}
