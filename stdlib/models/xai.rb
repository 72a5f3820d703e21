# xai.rb: models of xAI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.xai

provider xai "xAI" {
  kind openai
  base "https://api.x.ai/v1"
}

model grok_3_mini_fast {
  provider xai
  id       "grok-3-mini-fast"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            4.00 USD per 1_000_000 tokens
  price cached_read       0.15 USD per 1_000_000 tokens
}

model grok_3_mini_fast_beta {
  provider xai
  id       "grok-3-mini-fast-beta"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            4.00 USD per 1_000_000 tokens
  price cached_read       0.15 USD per 1_000_000 tokens
}

model grok_3_mini_fast_latest {
  provider xai
  id       "grok-3-mini-fast-latest"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            4.00 USD per 1_000_000 tokens
  price cached_read       0.15 USD per 1_000_000 tokens
}

model grok_4_1_fast {
  provider xai
  id       "grok-4-1-fast"
  window   2_000_000 tokens
  output   2_000_000 tokens
  can      tools, vision, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.50 USD per 1_000_000 tokens
  price cached_read       0.05 USD per 1_000_000 tokens
}

model grok_4_20_0309_reasoning {
  provider xai
  id       "grok-4.20-0309-reasoning"
  window   2_000_000 tokens
  output   2_000_000 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            6.00 USD per 1_000_000 tokens
  price cached_read       0.20 USD per 1_000_000 tokens
}

model grok_4_20_beta_0309_non_reasoning {
  provider xai
  id       "grok-4.20-beta-0309-non-reasoning"
  window   2_000_000 tokens
  output   2_000_000 tokens
  can      tools, vision, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            6.00 USD per 1_000_000 tokens
  price cached_read       0.20 USD per 1_000_000 tokens
}

model grok_4_20_beta_0309_reasoning {
  provider xai
  id       "grok-4.20-beta-0309-reasoning"
  window   2_000_000 tokens
  output   2_000_000 tokens
  can      tools, vision, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            6.00 USD per 1_000_000 tokens
  price cached_read       0.20 USD per 1_000_000 tokens
}

model grok_4_3 {
  provider xai
  id       "grok-4.3"
  window   1_000_000 tokens
  output   1_000_000 tokens
  can      tools, vision, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price input             2.50 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            2.50 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.20 USD per 1_000_000 tokens
}

model grok_4_3_latest {
  provider xai
  id       "grok-4.3-latest"
  window   1_000_000 tokens
  output   1_000_000 tokens
  can      tools, vision, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price input             2.50 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            2.50 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.20 USD per 1_000_000 tokens
}

model grok_4_5 {
  provider xai
  id       "grok-4.5"
  window   500_000 tokens
  output   500_000 tokens
  can      tools, vision, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price input             4.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            6.00 USD per 1_000_000 tokens
  price output            12.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.50 USD per 1_000_000 tokens
}

model grok_4_5_latest {
  provider xai
  id       "grok-4.5-latest"
  window   500_000 tokens
  output   500_000 tokens
  can      tools, vision, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price input             4.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            6.00 USD per 1_000_000 tokens
  price output            12.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.50 USD per 1_000_000 tokens
}

model grok_code_fast {
  provider xai
  id       "grok-code-fast"
  window   256_000 tokens
  output   256_000 tokens
  can      tools, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
  price cached_read       0.02 USD per 1_000_000 tokens
}
