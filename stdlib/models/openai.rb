# openai.rb: models of OpenAI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.openai

provider openai "OpenAI" {
  kind openai
  base "https://api.openai.com/v1"
}

model chatgpt_4o_latest {
  provider openai
  id       "chatgpt-4o-latest"
  window   128_000 tokens
  output   4_096 tokens
  can      tools, vision, documents, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens
}

model gpt_4_turbo {
  provider openai
  id       "gpt-4-turbo"
  window   128_000 tokens
  output   4_096 tokens
  can      tools, vision, documents, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             10.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
}

model gpt_4_turbo_preview {
  provider openai
  id       "gpt-4-turbo-preview"
  window   128_000 tokens
  output   4_096 tokens
  can      tools, documents, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             10.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
}

model gpt_4_1 {
  provider openai
  id       "gpt-4.1"
  window   1_047_576 tokens
  output   32_768 tokens
  can      tools, vision, documents, json, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price batch_input       1.00 USD per 1_000_000 tokens
  price batch_output      4.00 USD per 1_000_000 tokens
}

model gpt_4_1_mini {
  provider openai
  id       "gpt-4.1-mini"
  window   1_047_576 tokens
  output   32_768 tokens
  can      tools, vision, documents, json, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            1.60 USD per 1_000_000 tokens
  price cached_read       0.10 USD per 1_000_000 tokens
  price batch_input       0.20 USD per 1_000_000 tokens
  price batch_output      0.80 USD per 1_000_000 tokens
}

model gpt_4_1_nano {
  provider openai
  id       "gpt-4.1-nano"
  window   1_047_576 tokens
  output   32_768 tokens
  can      tools, vision, documents, json, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
  price cached_read       0.025 USD per 1_000_000 tokens
  price batch_input       0.05 USD per 1_000_000 tokens
  price batch_output      0.20 USD per 1_000_000 tokens
}

model gpt_4o {
  provider openai
  id       "gpt-4o"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.50 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       1.25 USD per 1_000_000 tokens
  price batch_input       1.25 USD per 1_000_000 tokens
  price batch_output      5.00 USD per 1_000_000 tokens
}

model gpt_4o_mini {
  provider openai
  id       "gpt-4o-mini"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
  price cached_read       0.075 USD per 1_000_000 tokens
  price batch_input       0.075 USD per 1_000_000 tokens
  price batch_output      0.30 USD per 1_000_000 tokens
}

model gpt_5 {
  provider openai
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
  provider openai
  id       "gpt-5-chat"
  window   128_000 tokens
  output   16_384 tokens
  can      vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_chat_latest {
  provider openai
  id       "gpt-5-chat-latest"
  window   128_000 tokens
  output   16_384 tokens
  can      vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_mini {
  provider openai
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
  provider openai
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
  provider openai
  id       "gpt-5.1"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_1_chat_latest {
  provider openai
  id       "gpt-5.1-chat-latest"
  window   128_000 tokens
  output   16_384 tokens
  can      vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gpt_5_2 {
  provider openai
  id       "gpt-5.2"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.75 USD per 1_000_000 tokens
  price output            14.00 USD per 1_000_000 tokens
  price cached_read       0.175 USD per 1_000_000 tokens
}

model gpt_5_2_chat_latest {
  provider openai
  id       "gpt-5.2-chat-latest"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.75 USD per 1_000_000 tokens
  price output            14.00 USD per 1_000_000 tokens
  price cached_read       0.175 USD per 1_000_000 tokens
}

model gpt_5_3_chat_latest {
  provider openai
  id       "gpt-5.3-chat-latest"
  window   128_000 tokens
  output   16_384 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.75 USD per 1_000_000 tokens
  price output            14.00 USD per 1_000_000 tokens
  price cached_read       0.175 USD per 1_000_000 tokens
}

model gpt_5_4 {
  provider openai
  id       "gpt-5.4"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.50 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens
  price cached_read       0.25 USD per 1_000_000 tokens
  price batch_input       1.25 USD per 1_000_000 tokens
  price batch_output      7.50 USD per 1_000_000 tokens
}

model gpt_5_4_mini {
  provider openai
  id       "gpt-5.4-mini"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.75 USD per 1_000_000 tokens
  price output            4.50 USD per 1_000_000 tokens
  price cached_read       0.075 USD per 1_000_000 tokens
  price batch_input       0.375 USD per 1_000_000 tokens
  price batch_output      2.25 USD per 1_000_000 tokens
}

model gpt_5_4_nano {
  provider openai
  id       "gpt-5.4-nano"
  window   272_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            1.25 USD per 1_000_000 tokens
  price cached_read       0.02 USD per 1_000_000 tokens
  price batch_input       0.10 USD per 1_000_000 tokens
  price batch_output      0.625 USD per 1_000_000 tokens
}

model gpt_5_5 {
  provider openai
  id       "gpt-5.5"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price batch_input       2.50 USD per 1_000_000 tokens
  price batch_output      15.00 USD per 1_000_000 tokens
}

model gpt_5_6 {
  provider openai
  id       "gpt-5.6"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price cached_write      6.25 USD per 1_000_000 tokens
  price batch_input       2.50 USD per 1_000_000 tokens
  price batch_output      15.00 USD per 1_000_000 tokens
}

model gpt_5_6_luna {
  provider openai
  id       "gpt-5.6-luna"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
  price cached_read       0.02 USD per 1_000_000 tokens
  price cached_write      0.25 USD per 1_000_000 tokens
  price batch_input       0.10 USD per 1_000_000 tokens
  price batch_output      0.60 USD per 1_000_000 tokens
}

model gpt_5_6_sol {
  provider openai
  id       "gpt-5.6-sol"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            30.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
  price cached_write      6.25 USD per 1_000_000 tokens
  price batch_input       2.50 USD per 1_000_000 tokens
  price batch_output      15.00 USD per 1_000_000 tokens
}

model gpt_5_6_terra {
  provider openai
  id       "gpt-5.6-terra"
  window   1_050_000 tokens
  output   128_000 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            12.00 USD per 1_000_000 tokens
  price cached_read       0.20 USD per 1_000_000 tokens
  price cached_write      2.50 USD per 1_000_000 tokens
  price batch_input       1.00 USD per 1_000_000 tokens
  price batch_output      6.00 USD per 1_000_000 tokens
}

model o1 {
  provider openai
  id       "o1"
  window   200_000 tokens
  output   100_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             15.00 USD per 1_000_000 tokens
  price output            60.00 USD per 1_000_000 tokens
  price cached_read       7.50 USD per 1_000_000 tokens
}

model o3 {
  provider openai
  id       "o3"
  window   200_000 tokens
  output   100_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            8.00 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
}

model o3_mini {
  provider openai
  id       "o3-mini"
  window   200_000 tokens
  output   100_000 tokens
  can      tools, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.10 USD per 1_000_000 tokens
  price output            4.40 USD per 1_000_000 tokens
  price cached_read       0.55 USD per 1_000_000 tokens
}

model o4_mini {
  provider openai
  id       "o4-mini"
  window   200_000 tokens
  output   100_000 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.10 USD per 1_000_000 tokens
  price output            4.40 USD per 1_000_000 tokens
  price cached_read       0.275 USD per 1_000_000 tokens
}
