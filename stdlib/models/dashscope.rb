# dashscope.rb: models of Alibaba Cloud Model Studio, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.dashscope

provider dashscope "Alibaba Cloud Model Studio" {
  kind openai
  base "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"
}

model qwen_coder {
  provider dashscope
  id       "qwen-coder"
  window   1_000_000 tokens
  output   16_384 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
}

model qwen_max {
  provider dashscope
  id       "qwen-max"
  window   30_720 tokens
  output   8_192 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.60 USD per 1_000_000 tokens
  price output            6.40 USD per 1_000_000 tokens
}

model qwen_plus {
  provider dashscope
  id       "qwen-plus"
  window   129_024 tokens
  output   16_384 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
}

model qwen_turbo {
  provider dashscope
  id       "qwen-turbo"
  window   129_024 tokens
  output   16_384 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.05 USD per 1_000_000 tokens
  price output            0.20 USD per 1_000_000 tokens
}

model qwen_turbo_latest {
  provider dashscope
  id       "qwen-turbo-latest"
  window   1_000_000 tokens
  output   16_384 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.05 USD per 1_000_000 tokens
  price output            0.20 USD per 1_000_000 tokens
}

model qwen3_next_80b_a3b_thinking {
  provider dashscope
  id       "qwen3-next-80b-a3b-thinking"
  window   262_144 tokens
  output   65_536 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
}

model qwen3_vl_235b_a22b_instruct {
  provider dashscope
  id       "qwen3-vl-235b-a22b-instruct"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            1.60 USD per 1_000_000 tokens
}

model qwen3_vl_235b_a22b_thinking {
  provider dashscope
  id       "qwen3-vl-235b-a22b-thinking"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            4.00 USD per 1_000_000 tokens
}

model qwen3_vl_32b_instruct {
  provider dashscope
  id       "qwen3-vl-32b-instruct"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.16 USD per 1_000_000 tokens
  price output            0.64 USD per 1_000_000 tokens
}

model qwen3_vl_32b_thinking {
  provider dashscope
  id       "qwen3-vl-32b-thinking"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.16 USD per 1_000_000 tokens
  price output            2.87 USD per 1_000_000 tokens
}

model qwen3_7_max {
  provider dashscope
  id       "qwen3.7-max"
  window   991_808 tokens
  output   65_536 tokens
  can      tools, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.50 USD per 1_000_000 tokens
  price output            7.50 USD per 1_000_000 tokens
  price cached_read       0.50 USD per 1_000_000 tokens
}

model qwq_plus {
  provider dashscope
  id       "qwq-plus"
  window   98_304 tokens
  output   8_192 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.80 USD per 1_000_000 tokens
  price output            2.40 USD per 1_000_000 tokens
}
