# mistral.rb: models of Mistral AI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.mistral

provider mistral "Mistral AI" {
  kind openai
  base "https://api.mistral.ai/v1"
}

model magistral_medium_1_2_2509 {
  provider mistral
  id       "magistral-medium-1-2-2509"
  window   40_000 tokens
  output   40_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
}

model magistral_medium_2506 {
  provider mistral
  id       "magistral-medium-2506"
  window   40_000 tokens
  output   40_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
}

model magistral_medium_2509 {
  provider mistral
  id       "magistral-medium-2509"
  window   40_000 tokens
  output   40_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
}

model magistral_medium_latest {
  provider mistral
  id       "magistral-medium-latest"
  window   40_000 tokens
  output   40_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
}

model magistral_small_1_2_2509 {
  provider mistral
  id       "magistral-small-1-2-2509"
  window   40_000 tokens
  output   40_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
}

model magistral_small_2506 {
  provider mistral
  id       "magistral-small-2506"
  window   40_000 tokens
  output   40_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
}

model ministral_3_14b_2512 {
  provider mistral
  id       "ministral-3-14b-2512"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.20 USD per 1_000_000 tokens
}

model ministral_3_3b_2512 {
  provider mistral
  id       "ministral-3-3b-2512"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.10 USD per 1_000_000 tokens
}

model ministral_3_8b_2512 {
  provider mistral
  id       "ministral-3-8b-2512"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.15 USD per 1_000_000 tokens
}

model ministral_8b_2512 {
  provider mistral
  id       "ministral-8b-2512"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens     # the other table: 0.10 USD
  price output            0.15 USD per 1_000_000 tokens     # the other table: 1.00 USD
}

model ministral_8b_latest {
  provider mistral
  id       "ministral-8b-latest"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens     # the other table: 0.10 USD
  price output            0.15 USD per 1_000_000 tokens     # the other table: 1.00 USD
}

model mistral_large_2512 {
  provider mistral
  id       "mistral-large-2512"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
}

model mistral_large_3 {
  provider mistral
  id       "mistral-large-3"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
}

model mistral_large_latest {
  provider mistral
  id       "mistral-large-latest"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens     # the other table: 2.00 USD
  price output            1.50 USD per 1_000_000 tokens     # the other table: 6.00 USD
}

model mistral_medium_3_5 {
  provider mistral
  id       "mistral-medium-3-5"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.50 USD per 1_000_000 tokens     # the other table: 0.40 USD
  price output            7.50 USD per 1_000_000 tokens     # the other table: 2.00 USD
}

model mistral_medium_latest {
  provider mistral
  id       "mistral-medium-latest"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.50 USD per 1_000_000 tokens     # the other table: 0.40 USD
  price output            7.50 USD per 1_000_000 tokens     # the other table: 2.00 USD
}

model mistral_small_latest {
  provider mistral
  id       "mistral-small-latest"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.06 USD per 1_000_000 tokens     # the other table: 0.10 USD
  price output            0.18 USD per 1_000_000 tokens     # the other table: 0.30 USD
}

model pixtral_12b_2409 {
  provider mistral
  id       "pixtral-12b-2409"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.15 USD per 1_000_000 tokens
}

model pixtral_large_2411 {
  provider mistral
  id       "pixtral-large-2411"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            6.00 USD per 1_000_000 tokens
}

model pixtral_large_latest {
  provider mistral
  id       "pixtral-large-latest"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            6.00 USD per 1_000_000 tokens
}
