# together.rb: models of Together AI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.together

provider together "Together AI" {
  kind openai
  base "https://api.together.xyz/v1"
}

model deepseek_r1 {
  provider together
  id       "deepseek-ai/DeepSeek-R1"
  window   128_000 tokens
  output   20_480 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price output            7.00 USD per 1_000_000 tokens
}

model deepseek_v3 {
  provider together
  id       "deepseek-ai/DeepSeek-V3"
  window   65_536 tokens
  output   8_192 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            1.25 USD per 1_000_000 tokens
}

model deepseek_v3_1 {
  provider together
  id       "deepseek-ai/DeepSeek-V3.1"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            1.70 USD per 1_000_000 tokens
}

model glm_4_6 {
  provider together
  id       "zai-org/GLM-4.6"
  window   200_000 tokens
  output   200_000 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            2.20 USD per 1_000_000 tokens
}

model glm_4_7 {
  provider together
  id       "zai-org/GLM-4.7"
  window   200_000 tokens
  output   200_000 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.45 USD per 1_000_000 tokens
  price output            2.00 USD per 1_000_000 tokens
}

model kimi_k2_5 {
  provider together
  id       "moonshotai/Kimi-K2.5"
  window   256_000 tokens
  output   256_000 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens
  price output            2.80 USD per 1_000_000 tokens
}

model gpt_oss_120b {
  provider together
  id       "openai/gpt-oss-120b"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}
