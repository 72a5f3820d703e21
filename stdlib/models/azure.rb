# azure.rb: models of Azure OpenAI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.azure

provider azure "Azure OpenAI" {
  kind openai
}

model gpt_5 {
  provider azure
  id       "gpt-5"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_chat {
  provider azure
  id       "gpt-5-chat"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_chat_latest {
  provider azure
  id       "gpt-5-chat-latest"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_mini {
  provider azure
  id       "gpt-5-mini"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            2.00 USD per 1_000_000 tokens
  price cached_read       0.025 USD per 1_000_000 tokens
}

model gpt_5_nano {
  provider azure
  id       "gpt-5-nano"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.05 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
  price cached_read       0.005 USD per 1_000_000 tokens
}

model gpt_5_1 {
  provider azure
  id       "gpt-5.1"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_1_chat {
  provider azure
  id       "gpt-5.1-chat"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_2 {
  provider azure
  id       "gpt-5.2"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.75 USD per 1_000_000 tokens
  price output            14.00 USD per 1_000_000 tokens
  price cached_read       0.175 USD per 1_000_000 tokens
}

model gpt_5_2_chat {
  provider azure
  id       "gpt-5.2-chat"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.75 USD per 1_000_000 tokens
  price output            14.00 USD per 1_000_000 tokens
  price cached_read       0.175 USD per 1_000_000 tokens
}

model gpt_5_3_chat {
  provider azure
  id       "gpt-5.3-chat"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.75 USD per 1_000_000 tokens
  price output            14.00 USD per 1_000_000 tokens
  price cached_read       0.175 USD per 1_000_000 tokens
}

model gpt_5_4 {
  provider azure
  id       "gpt-5.4"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.50 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens
  price cached_read       0.25 USD per 1_000_000 tokens
}

model gpt_5_4_mini {
  provider azure
  id       "gpt-5.4-mini"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.75 USD per 1_000_000 tokens
  price output            4.50 USD per 1_000_000 tokens
  price cached_read       0.075 USD per 1_000_000 tokens
}

model gpt_5_4_nano {
  provider azure
  id       "gpt-5.4-nano"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            1.25 USD per 1_000_000 tokens
  price cached_read       0.02 USD per 1_000_000 tokens
}

model gpt_5_5 {
  provider azure
  id       "gpt-5.5"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
}

model gpt_5_6 {
  provider azure
  id       "gpt-5.6"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
}

model gpt_5_6_luna {
  provider azure
  id       "gpt-5.6-luna"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens
  price output            6.00 USD per 1_000_000 tokens
  price cached_read       0.10 USD per 1_000_000 tokens
}

model gpt_5_6_sol {
  provider azure
  id       "gpt-5.6-sol"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
}

model gpt_5_6_terra {
  provider azure
  id       "gpt-5.6-terra"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.50 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens
  price cached_read       0.25 USD per 1_000_000 tokens
}

model o3 {
  provider azure
  id       "o3"
  window   200_000 tokens
  output   100_000 tokens
  can      tools, vision, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
}

model o4_mini {
  provider azure
  id       "o4-mini"
  window   200_000 tokens
  output   100_000 tokens
  can      tools, vision, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.10 USD per 1_000_000 tokens
  price output            4.40 USD per 1_000_000 tokens
  price cached_read       0.275 USD per 1_000_000 tokens     # the other table: 0.28 USD
}
