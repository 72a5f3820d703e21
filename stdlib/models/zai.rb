# zai.rb: models of Z.ai, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.zai

provider zai "Z.ai" {
  kind openai
  base "https://api.z.ai/api/paas/v4"
}

model glm_4_32b_0414_128k {
  provider zai
  id       "glm-4-32b-0414-128k"
  window   128_000 tokens
  output   32_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.10 USD per 1_000_000 tokens
}

model glm_4_5 {
  provider zai
  id       "glm-4.5"
  window   128_000 tokens
  output   32_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            2.20 USD per 1_000_000 tokens
}

model glm_4_5_air {
  provider zai
  id       "glm-4.5-air"
  window   128_000 tokens
  output   32_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens     # the other table: 0.11 USD
  price output            1.10 USD per 1_000_000 tokens     # the other table: 0.276 USD
}

model glm_4_5_airx {
  provider zai
  id       "glm-4.5-airx"
  window   128_000 tokens
  output   32_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.10 USD per 1_000_000 tokens
  price output            4.50 USD per 1_000_000 tokens
}

model glm_4_5v {
  provider zai
  id       "glm-4.5v"
  window   128_000 tokens
  output   32_000 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            1.80 USD per 1_000_000 tokens
}

model glm_4_6 {
  provider zai
  id       "glm-4.6"
  window   200_000 tokens
  output   128_000 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            2.20 USD per 1_000_000 tokens
  price cached_read       0.11 USD per 1_000_000 tokens
}

model glm_4_7 {
  provider zai
  id       "glm-4.7"
  window   200_000 tokens
  output   128_000 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens     # the other table: 0.276 USD
  price output            2.20 USD per 1_000_000 tokens     # the other table: 1.103 USD
  price cached_read       0.11 USD per 1_000_000 tokens     # the other table: 0.055 USD
}

model glm_5 {
  provider zai
  id       "glm-5"
  window   200_000 tokens
  output   128_000 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens     # the other table: 0.552 USD
  price output            3.20 USD per 1_000_000 tokens     # the other table: 2.483 USD
  price cached_read       0.20 USD per 1_000_000 tokens     # the other table: 0.138 USD
}

model glm_5_code {
  provider zai
  id       "glm-5-code"
  window   200_000 tokens
  output   128_000 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.20 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
  price cached_read       0.30 USD per 1_000_000 tokens
}

model glm_5_1 {
  provider zai
  id       "glm-5.1"
  window   200_000 tokens
  output   128_000 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.40 USD per 1_000_000 tokens     # the other table: 0.828 USD
  price output            4.40 USD per 1_000_000 tokens     # the other table: 3.31 USD
  price cached_read       0.26 USD per 1_000_000 tokens     # the other table: 0.179 USD
}
