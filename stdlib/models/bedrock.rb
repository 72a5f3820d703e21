# bedrock.rb: models of Amazon Bedrock, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.bedrock

provider bedrock "Amazon Bedrock" {
  kind bedrock
}

model amazon_nova_2_lite_v1_0 {
  provider bedrock
  id       "amazon.nova-2-lite-v1:0"
  window   1_000_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
  price cached_read       0.075 USD per 1_000_000 tokens
}

model amazon_nova_2_pro_preview_20251202_v1_0 {
  provider bedrock
  id       "amazon.nova-2-pro-preview-20251202-v1:0"
  window   1_000_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.1875 USD per 1_000_000 tokens
  price output            17.50 USD per 1_000_000 tokens
  price cached_read       0.546875 USD per 1_000_000 tokens
}

model amazon_nova_lite_v1_0 {
  provider bedrock
  id       "amazon.nova-lite-v1:0"
  window   300_000 tokens
  output   10_000 tokens
  can      tools, vision, documents, json, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.06 USD per 1_000_000 tokens
  price output            0.24 USD per 1_000_000 tokens
}

model amazon_nova_micro_v1_0 {
  provider bedrock
  id       "amazon.nova-micro-v1:0"
  window   128_000 tokens
  output   10_000 tokens
  can      tools, json, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.035 USD per 1_000_000 tokens
  price output            0.14 USD per 1_000_000 tokens
}

model amazon_nova_pro_v1_0 {
  provider bedrock
  id       "amazon.nova-pro-v1:0"
  window   300_000 tokens
  output   10_000 tokens
  can      tools, vision, documents, json, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.80 USD per 1_000_000 tokens
  price output            3.20 USD per 1_000_000 tokens
}

model anthropic_claude_3_7_sonnet_20250219_v1_0 {
  provider bedrock
  id       "anthropic.claude-3-7-sonnet-20250219-v1:0"
  window   200_000 tokens
  output   8_192 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens
  price cached_read       0.30 USD per 1_000_000 tokens
  price cached_write      3.75 USD per 1_000_000 tokens
}

model anthropic_claude_fable_5 {
  provider bedrock
  id       "anthropic.claude-fable-5"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             10.00 USD per 1_000_000 tokens     # the other table: 11.00 USD
  price output            50.00 USD per 1_000_000 tokens     # the other table: 55.00 USD
  price cached_read       1.00 USD per 1_000_000 tokens     # the other table: 1.10 USD
  price cached_write      12.50 USD per 1_000_000 tokens     # the other table: 13.75 USD
}

model anthropic_claude_haiku_4_5_20251001_v1_0 {
  provider bedrock
  id       "anthropic.claude-haiku-4-5-20251001-v1:0"
  window   200_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens     # the other table: 1.10 USD
  price output            5.00 USD per 1_000_000 tokens     # the other table: 5.50 USD
  price cached_read       0.10 USD per 1_000_000 tokens     # the other table: 0.11 USD
  price cached_write      1.25 USD per 1_000_000 tokens     # the other table: 1.375 USD
}

model anthropic_claude_haiku_4_5_20251001 {
  provider bedrock
  id       "anthropic.claude-haiku-4-5@20251001"
  window   200_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
  price cached_read       0.10 USD per 1_000_000 tokens
  price cached_write      1.25 USD per 1_000_000 tokens
}

model anthropic_claude_opus_4_1_20250805_v1_0 {
  provider bedrock
  id       "anthropic.claude-opus-4-1-20250805-v1:0"
  window   200_000 tokens
  output   32_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             15.00 USD per 1_000_000 tokens
  price output            75.00 USD per 1_000_000 tokens
  price cached_read       1.50 USD per 1_000_000 tokens
  price cached_write      18.75 USD per 1_000_000 tokens
}

model anthropic_claude_opus_4_20250514_v1_0 {
  provider bedrock
  id       "anthropic.claude-opus-4-20250514-v1:0"
  window   200_000 tokens
  output   32_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             15.00 USD per 1_000_000 tokens
  price output            75.00 USD per 1_000_000 tokens
  price cached_read       1.50 USD per 1_000_000 tokens
  price cached_write      18.75 USD per 1_000_000 tokens
}

model anthropic_claude_opus_4_5_20251101_v1_0 {
  provider bedrock
  id       "anthropic.claude-opus-4-5-20251101-v1:0"
  window   200_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens     # the other table: 5.50 USD
  price output            25.00 USD per 1_000_000 tokens     # the other table: 27.50 USD
  price cached_read       0.50 USD per 1_000_000 tokens     # the other table: 0.55 USD
  price cached_write      6.25 USD per 1_000_000 tokens     # the other table: 6.875 USD
}

model anthropic_claude_opus_4_6_v1 {
  provider bedrock
  id       "anthropic.claude-opus-4-6-v1"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens     # the other table: 5.50 USD
  price output            25.00 USD per 1_000_000 tokens     # the other table: 27.50 USD
  price cached_read       0.50 USD per 1_000_000 tokens     # the other table: 0.55 USD
  price cached_write      6.25 USD per 1_000_000 tokens     # the other table: 6.875 USD
}

model anthropic_claude_opus_4_7 {
  provider bedrock
  id       "anthropic.claude-opus-4-7"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens     # the other table: 5.50 USD
  price output            25.00 USD per 1_000_000 tokens     # the other table: 27.50 USD
  price cached_read       0.50 USD per 1_000_000 tokens     # the other table: 0.55 USD
  price cached_write      6.25 USD per 1_000_000 tokens     # the other table: 6.875 USD
}

model anthropic_claude_opus_4_8 {
  provider bedrock
  id       "anthropic.claude-opus-4-8"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens     # the other table: 5.50 USD
  price output            25.00 USD per 1_000_000 tokens     # the other table: 27.50 USD
  price cached_read       0.50 USD per 1_000_000 tokens     # the other table: 0.55 USD
  price cached_write      6.25 USD per 1_000_000 tokens     # the other table: 6.875 USD
}

model anthropic_claude_opus_5 {
  provider bedrock
  id       "anthropic.claude-opus-5"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens     # the other table: 5.50 USD
  price output            25.00 USD per 1_000_000 tokens     # the other table: 27.50 USD
  price cached_read       0.50 USD per 1_000_000 tokens     # the other table: 0.55 USD
  price cached_write      6.25 USD per 1_000_000 tokens     # the other table: 6.875 USD
}

model anthropic_claude_sonnet_4_20250514_v1_0 {
  provider bedrock
  id       "anthropic.claude-sonnet-4-20250514-v1:0"
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

model anthropic_claude_sonnet_4_5_20250929_v1_0 {
  provider bedrock
  id       "anthropic.claude-sonnet-4-5-20250929-v1:0"
  window   200_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens     # the other table: 3.30 USD
  price input             6.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            15.00 USD per 1_000_000 tokens     # the other table: 16.50 USD
  price output            22.50 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.30 USD per 1_000_000 tokens     # the other table: 0.33 USD
  price cached_write      3.75 USD per 1_000_000 tokens     # the other table: 4.125 USD
}

model anthropic_claude_sonnet_4_6 {
  provider bedrock
  id       "anthropic.claude-sonnet-4-6"
  window   1_000_000 tokens
  output   64_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens     # the other table: 3.30 USD
  price output            15.00 USD per 1_000_000 tokens     # the other table: 16.50 USD
  price cached_read       0.30 USD per 1_000_000 tokens     # the other table: 0.33 USD
  price cached_write      3.75 USD per 1_000_000 tokens     # the other table: 4.125 USD
}

model anthropic_claude_sonnet_5 {
  provider bedrock
  id       "anthropic.claude-sonnet-5"
  window   1_000_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens     # the other table: 3.30 USD
  price output            10.00 USD per 1_000_000 tokens     # the other table: 16.50 USD
  price cached_read       0.20 USD per 1_000_000 tokens     # the other table: 0.33 USD
  price cached_write      2.50 USD per 1_000_000 tokens     # the other table: 4.125 USD
}

model moonshotai_kimi_k2_5 {
  provider bedrock
  id       "moonshotai.kimi-k2.5"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            3.00 USD per 1_000_000 tokens
}

model openai_gpt_oss_120b_1_0 {
  provider bedrock
  id       "openai.gpt-oss-120b-1:0"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model openai_gpt_oss_20b_1_0 {
  provider bedrock
  id       "openai.gpt-oss-20b-1:0"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.07 USD per 1_000_000 tokens
  price output            0.30 USD per 1_000_000 tokens
}

model qwen_qwen3_235b_a22b_2507_v1_0 {
  provider bedrock
  id       "qwen.qwen3-235b-a22b-2507-v1:0"
  window   262_144 tokens
  output   131_072 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.22 USD per 1_000_000 tokens
  price output            0.88 USD per 1_000_000 tokens
}

model writer_palmyra_x5_v1_0 {
  provider bedrock
  id       "writer.palmyra-x5-v1:0"
  window   1_000_000 tokens
  output   8_192 tokens
  can      tools, documents
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            6.00 USD per 1_000_000 tokens
}
