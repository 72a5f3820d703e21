# deepseek.rb: models of DeepSeek, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.deepseek

provider deepseek "DeepSeek" {
  kind openai
  base "https://api.deepseek.com"
}

model deepseek_chat {
  provider deepseek
  id       "deepseek-chat"
  window   131_072 tokens
  output   8_192 tokens
  can      tools, json, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.28 USD per 1_000_000 tokens     # the other table: 0.27 USD
  price output            0.42 USD per 1_000_000 tokens     # the other table: 1.10 USD
  price cached_read       0.028 USD per 1_000_000 tokens     # the other table: 0.07 USD
}

model deepseek_coder {
  provider deepseek
  id       "deepseek-coder"
  window   128_000 tokens
  output   4_096 tokens
  can      tools, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.14 USD per 1_000_000 tokens
  price output            0.28 USD per 1_000_000 tokens
}

model deepseek_r1 {
  provider deepseek
  id       "deepseek-r1"
  window   65_536 tokens
  output   8_192 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.55 USD per 1_000_000 tokens
  price output            2.19 USD per 1_000_000 tokens
}

model deepseek_reasoner {
  provider deepseek
  id       "deepseek-reasoner"
  window   131_072 tokens
  output   65_536 tokens
  can      json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.28 USD per 1_000_000 tokens     # the other table: 0.55 USD
  price output            0.42 USD per 1_000_000 tokens     # the other table: 2.19 USD
  price cached_read       0.028 USD per 1_000_000 tokens     # the other table: 0.14 USD
}

model deepseek_v3 {
  provider deepseek
  id       "deepseek-v3"
  window   65_536 tokens
  output   8_192 tokens
  can      tools, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.27 USD per 1_000_000 tokens
  price output            1.10 USD per 1_000_000 tokens
  price cached_read       0.07 USD per 1_000_000 tokens
}

model deepseek_v3_2 {
  provider deepseek
  id       "deepseek-v3.2"
  window   163_840 tokens
  output   163_840 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.28 USD per 1_000_000 tokens     # the other table: 0.2288 USD
  price output            0.40 USD per 1_000_000 tokens     # the other table: 0.3432 USD
}

model deepseek_v4_flash {
  provider deepseek
  id       "deepseek-v4-flash"
  window   1_000_000 tokens
  output   8_192 tokens
  can      tools, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.14 USD per 1_000_000 tokens
  price output            0.28 USD per 1_000_000 tokens
  price cached_read       0.0028 USD per 1_000_000 tokens
}

model deepseek_v4_pro {
  provider deepseek
  id       "deepseek-v4-pro"
  window   1_000_000 tokens
  output   8_192 tokens
  can      tools, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.435 USD per 1_000_000 tokens
  price output            0.87 USD per 1_000_000 tokens
  price cached_read       0.003625 USD per 1_000_000 tokens
}
