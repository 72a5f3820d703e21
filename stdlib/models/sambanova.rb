# sambanova.rb: models of SambaNova, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.sambanova

provider sambanova "SambaNova" {
  kind openai
  base "https://api.sambanova.ai/v1"
}

model deepseek_r1 {
  provider sambanova
  id       "DeepSeek-R1"
  window   32_768 tokens
  output   32_768 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             5.00 USD per 1_000_000 tokens
  price output            7.00 USD per 1_000_000 tokens
}

model deepseek_v3_1 {
  provider sambanova
  id       "DeepSeek-V3.1"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price output            4.50 USD per 1_000_000 tokens
}

model deepseek_v3_2 {
  provider sambanova
  id       "DeepSeek-V3.2"
  window   32_768 tokens
  output   32_768 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price output            4.50 USD per 1_000_000 tokens
}

model llama_4_maverick_17b_128e_instruct {
  provider sambanova
  id       "Llama-4-Maverick-17B-128E-Instruct"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.63 USD per 1_000_000 tokens
  price output            1.80 USD per 1_000_000 tokens
}

model meta_llama_3_3_70b_instruct {
  provider sambanova
  id       "Meta-Llama-3.3-70B-Instruct"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
}

model minimax_m2_7 {
  provider sambanova
  id       "MiniMax-M2.7"
  window   196_608 tokens
  output   131_072 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            2.40 USD per 1_000_000 tokens
}

model gemma_4_31b_it {
  provider sambanova
  id       "gemma-4-31B-it"
  window   131_072 tokens
  output   131_072 tokens
  can      vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.38 USD per 1_000_000 tokens
  price output            1.15 USD per 1_000_000 tokens
}

model gpt_oss_120b {
  provider sambanova
  id       "gpt-oss-120b"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.22 USD per 1_000_000 tokens
  price output            0.59 USD per 1_000_000 tokens
}
