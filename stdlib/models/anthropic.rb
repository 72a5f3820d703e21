# anthropic.rb: models of Anthropic, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.anthropic

provider anthropic "Anthropic" {
  kind anthropic
  base "https://api.anthropic.com"
}

model claude_3_haiku_20240307 {
  provider anthropic
  id       "claude-3-haiku-20240307"
  window   200_000 tokens
  output   4_096 tokens
  can      tools, vision, json, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            1.25 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
  price cached_write      0.30 USD per 1_000_000 tokens
}

model claude_4_opus_20250514 {
  provider anthropic
  id       "claude-4-opus-20250514"
  window   200_000 tokens
  output   32_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             15.00 USD per 1_000_000 tokens
  price output            75.00 USD per 1_000_000 tokens
  price cached_read       1.50 USD per 1_000_000 tokens
  price cached_write      18.75 USD per 1_000_000 tokens
}

model claude_4_sonnet_20250514 {
  provider anthropic
  id       "claude-4-sonnet-20250514"
  window   1_000_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price input             6.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            15.00 USD per 1_000_000 tokens
  price output            22.50 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.30 USD per 1_000_000 tokens
  price cached_write      3.75 USD per 1_000_000 tokens
}

model claude_fable_5 {
  provider anthropic
  id       "claude-fable-5"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             10.00 USD per 1_000_000 tokens
  price output            50.00 USD per 1_000_000 tokens
  price cached_read       1.00 USD per 1_000_000 tokens
  price cached_write      12.50 USD per 1_000_000 tokens
}

model claude_haiku_4_5 {
  provider anthropic
  id       "claude-haiku-4-5"
  window   200_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
  price cached_read       0.10 USD per 1_000_000 tokens
  price cached_write      1.25 USD per 1_000_000 tokens
}

model claude_opus_4_1 {
  provider anthropic
  id       "claude-opus-4-1"
  window   200_000 tokens
  output   32_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             15.00 USD per 1_000_000 tokens
  price output            75.00 USD per 1_000_000 tokens
  price cached_read       1.50 USD per 1_000_000 tokens
  price cached_write      18.75 USD per 1_000_000 tokens
}

model claude_opus_4_5 {
  provider anthropic
  id       "claude-opus-4-5"
  window   200_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            25.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price cached_write      6.25 USD per 1_000_000 tokens
}

model claude_opus_4_6 {
  provider anthropic
  id       "claude-opus-4-6"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            25.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price cached_write      6.25 USD per 1_000_000 tokens
}

model claude_opus_4_7 {
  provider anthropic
  id       "claude-opus-4-7"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            25.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price cached_write      6.25 USD per 1_000_000 tokens
}

model claude_opus_4_8 {
  provider anthropic
  id       "claude-opus-4-8"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            25.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price cached_write      6.25 USD per 1_000_000 tokens
}

model claude_opus_5 {
  provider anthropic
  id       "claude-opus-5"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            25.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price cached_write      6.25 USD per 1_000_000 tokens
}

model claude_sonnet_4_5 {
  provider anthropic
  id       "claude-sonnet-4-5"
  window   200_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price input             6.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            15.00 USD per 1_000_000 tokens
  price output            22.50 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.30 USD per 1_000_000 tokens
  price cached_write      3.75 USD per 1_000_000 tokens
}

model claude_sonnet_4_6 {
  provider anthropic
  id       "claude-sonnet-4-6"
  window   1_000_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens
  price cached_read       0.30 USD per 1_000_000 tokens
  price cached_write      3.75 USD per 1_000_000 tokens
}

model claude_sonnet_5 {
  provider anthropic
  id       "claude-sonnet-5"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens     # the other table: 3.00 USD
  price output            10.00 USD per 1_000_000 tokens     # the other table: 15.00 USD
  price cached_read       0.20 USD per 1_000_000 tokens     # the other table: 0.30 USD
  price cached_write      2.50 USD per 1_000_000 tokens     # the other table: 3.75 USD
}
