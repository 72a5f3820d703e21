# fireworks.rb: models of Fireworks AI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.fireworks

provider fireworks "Fireworks AI" {
  kind openai
  base "https://api.fireworks.ai/inference/v1"
}

model deepseek_v3p2 {
  provider fireworks
  id       "accounts/fireworks/models/deepseek-v3p2"
  window   163_840 tokens
  output   163_840 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.56 USD per 1_000_000 tokens
  price output            1.68 USD per 1_000_000 tokens
}

model deepseek_v4_flash {
  provider fireworks
  id       "accounts/fireworks/models/deepseek-v4-flash"
  window   1_048_576 tokens
  output   384_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.14 USD per 1_000_000 tokens
  price output            0.28 USD per 1_000_000 tokens
  price cached_read       0.028 USD per 1_000_000 tokens
}

model deepseek_v4_pro {
  provider fireworks
  id       "accounts/fireworks/models/deepseek-v4-pro"
  window   1_048_576 tokens
  output   384_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.74 USD per 1_000_000 tokens
  price output            3.48 USD per 1_000_000 tokens
  price cached_read       0.145 USD per 1_000_000 tokens
}

model glm_4p6 {
  provider fireworks
  id       "accounts/fireworks/models/glm-4p6"
  window   202_800 tokens
  output   202_800 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.55 USD per 1_000_000 tokens
  price output            2.19 USD per 1_000_000 tokens
}

model glm_4p7 {
  provider fireworks
  id       "accounts/fireworks/models/glm-4p7"
  window   202_800 tokens
  output   202_800 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            2.20 USD per 1_000_000 tokens
  price cached_read       0.30 USD per 1_000_000 tokens
}

model glm_5p1 {
  provider fireworks
  id       "accounts/fireworks/models/glm-5p1"
  window   202_800 tokens
  output   131_072 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.40 USD per 1_000_000 tokens
  price output            4.40 USD per 1_000_000 tokens
  price cached_read       0.26 USD per 1_000_000 tokens
}

model glm_5p1_fast {
  provider fireworks
  id       "accounts/fireworks/routers/glm-5p1-fast"
  window   202_800 tokens
  output   131_072 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.80 USD per 1_000_000 tokens
  price output            8.80 USD per 1_000_000 tokens
  price cached_read       0.52 USD per 1_000_000 tokens
}

model glm_5p2 {
  provider fireworks
  id       "accounts/fireworks/models/glm-5p2"
  window   1_048_576 tokens
  output   131_072 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.40 USD per 1_000_000 tokens
  price output            4.40 USD per 1_000_000 tokens
  price cached_read       0.14 USD per 1_000_000 tokens
}

model kimi_k2p6 {
  provider fireworks
  id       "accounts/fireworks/models/kimi-k2p6"
  window   262_144 tokens
  output   32_768 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.95 USD per 1_000_000 tokens
  price output            4.00 USD per 1_000_000 tokens
  price cached_read       0.16 USD per 1_000_000 tokens
}

model kimi_k2p6_fast {
  provider fireworks
  id       "accounts/fireworks/routers/kimi-k2p6-fast"
  window   262_144 tokens
  output   32_768 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
  price cached_read       0.30 USD per 1_000_000 tokens
}

model kimi_k2p7_code {
  provider fireworks
  id       "accounts/fireworks/models/kimi-k2p7-code"
  window   262_144 tokens
  output   32_768 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.95 USD per 1_000_000 tokens
  price output            4.00 USD per 1_000_000 tokens
  price cached_read       0.19 USD per 1_000_000 tokens
}

model kimi_k2p7_code_fast {
  provider fireworks
  id       "accounts/fireworks/routers/kimi-k2p7-code-fast"
  window   262_144 tokens
  output   32_768 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.90 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
  price cached_read       0.38 USD per 1_000_000 tokens
}

model minimax_m2p7 {
  provider fireworks
  id       "accounts/fireworks/models/minimax-m2p7"
  window   196_608 tokens
  output   196_608 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
  price cached_read       0.06 USD per 1_000_000 tokens
}

model minimax_m3 {
  provider fireworks
  id       "accounts/fireworks/models/minimax-m3"
  window   512_000 tokens
  output   512_000 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
  price cached_read       0.06 USD per 1_000_000 tokens
}

model qwen3p7_plus {
  provider fireworks
  id       "accounts/fireworks/models/qwen3p7-plus"
  window   262_144 tokens
  output   65_536 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            1.60 USD per 1_000_000 tokens
  price cached_read       0.08 USD per 1_000_000 tokens
}
