# nebius.rb: models of Nebius AI Studio, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.nebius

provider nebius "Nebius AI Studio" {
  kind openai
  base "https://api.studio.nebius.ai/v1"
}

model deepseek_r1 {
  provider nebius
  id       "deepseek-ai/DeepSeek-R1"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.80 USD per 1_000_000 tokens
  price output            2.40 USD per 1_000_000 tokens
}

model deepseek_r1_distill_llama_70b {
  provider nebius
  id       "deepseek-ai/DeepSeek-R1-Distill-Llama-70B"
  window   128_000 tokens
  output   128_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            0.75 USD per 1_000_000 tokens
}

model deepseek_v3 {
  provider nebius
  id       "deepseek-ai/DeepSeek-V3"
  window   128_000 tokens
  output   128_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
}

model llama_3_1_nemotron_ultra_253b_v1 {
  provider nebius
  id       "nvidia/Llama-3.1-Nemotron-Ultra-253B-v1"
  window   128_000 tokens
  output   128_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            1.80 USD per 1_000_000 tokens
}

model llama_3_3_70b_instruct {
  provider nebius
  id       "meta-llama/Llama-3.3-70B-Instruct"
  window   128_000 tokens
  output   128_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.13 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}

model llama_3_3_nemotron_super_49b_v1 {
  provider nebius
  id       "nvidia/Llama-3.3-Nemotron-Super-49B-v1"
  window   131_072 tokens
  output   131_072 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}

model qwq_32b {
  provider nebius
  id       "Qwen/QwQ-32B"
  window   32_768 tokens
  output   32_768 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.45 USD per 1_000_000 tokens
}

model qwen2_vl_72b_instruct {
  provider nebius
  id       "Qwen/Qwen2-VL-72B-Instruct"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.13 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}

model qwen2_vl_7b_instruct {
  provider nebius
  id       "Qwen/Qwen2-VL-7B-Instruct"
  window   131_072 tokens
  output   131_072 tokens
  can      vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.02 USD per 1_000_000 tokens
  price output            0.06 USD per 1_000_000 tokens
}

model qwen2_5_vl_72b_instruct {
  provider nebius
  id       "Qwen/Qwen2.5-VL-72B-Instruct"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.13 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
}

model qwen3_235b_a22b {
  provider nebius
  id       "Qwen/Qwen3-235B-A22B"
  window   262_144 tokens
  output   262_144 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model gemma_3_27b_it {
  provider nebius
  id       "google/gemma-3-27b-it"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.06 USD per 1_000_000 tokens
  price output            0.20 USD per 1_000_000 tokens
}
