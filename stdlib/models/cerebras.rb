# cerebras.rb: models of Cerebras, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.cerebras

provider cerebras "Cerebras" {
  kind openai
  base "https://api.cerebras.ai/v1"
}

model gpt_oss_120b {
  provider cerebras
  id       "gpt-oss-120b"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.35 USD per 1_000_000 tokens
  price output            0.75 USD per 1_000_000 tokens
}

model llama_3_3_70b {
  provider cerebras
  id       "llama-3.3-70b"
  window   128_000 tokens
  output   128_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.85 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
}

model llama3_1_70b {
  provider cerebras
  id       "llama3.1-70b"
  window   128_000 tokens
  output   128_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model llama3_1_8b {
  provider cerebras
  id       "llama3.1-8b"
  window   128_000 tokens
  output   128_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.10 USD per 1_000_000 tokens
}

model qwen_3_32b {
  provider cerebras
  id       "qwen-3-32b"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            0.80 USD per 1_000_000 tokens
}

model zai_glm_4_7 {
  provider cerebras
  id       "zai-glm-4.7"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.25 USD per 1_000_000 tokens
  price output            2.75 USD per 1_000_000 tokens
}
