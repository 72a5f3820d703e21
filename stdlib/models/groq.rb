# groq.rb: models of Groq, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.groq

provider groq "Groq" {
  kind openai
  base "https://api.groq.com/openai/v1"
}

model gemma_7b_it {
  provider groq
  id       "gemma-7b-it"
  window   8_192 tokens
  output   8_192 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.05 USD per 1_000_000 tokens     # the other table: 0.07 USD
  price output            0.08 USD per 1_000_000 tokens     # the other table: 0.07 USD
}

model gpt_oss_120b {
  provider groq
  id       "openai/gpt-oss-120b"
  window   131_072 tokens
  output   32_766 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
  price cached_read       0.075 USD per 1_000_000 tokens
}

model gpt_oss_20b {
  provider groq
  id       "openai/gpt-oss-20b"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.075 USD per 1_000_000 tokens
  price output            0.30 USD per 1_000_000 tokens
  price cached_read       0.0375 USD per 1_000_000 tokens
}

model kimi_k2_instruct_0905 {
  provider groq
  id       "moonshotai/kimi-k2-instruct-0905"
  window   262_144 tokens
  output   16_384 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens
  price output            3.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
}

model llama_3_1_8b_instant {
  provider groq
  id       "llama-3.1-8b-instant"
  window   128_000 tokens
  output   8_192 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.05 USD per 1_000_000 tokens
  price output            0.08 USD per 1_000_000 tokens
}

model llama_3_3_70b_versatile {
  provider groq
  id       "llama-3.3-70b-versatile"
  window   128_000 tokens
  output   32_768 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.59 USD per 1_000_000 tokens
  price output            0.79 USD per 1_000_000 tokens
}

model llama_4_maverick_17b_128e_instruct {
  provider groq
  id       "meta-llama/llama-4-maverick-17b-128e-instruct"
  window   131_072 tokens
  output   8_192 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model llama_4_scout_17b_16e_instruct {
  provider groq
  id       "meta-llama/llama-4-scout-17b-16e-instruct"
  window   131_072 tokens
  output   8_192 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.11 USD per 1_000_000 tokens
  price output            0.34 USD per 1_000_000 tokens
}

model qwen3_32b {
  provider groq
  id       "qwen/qwen3-32b"
  window   131_000 tokens
  output   131_000 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.29 USD per 1_000_000 tokens
  price output            0.59 USD per 1_000_000 tokens
}
