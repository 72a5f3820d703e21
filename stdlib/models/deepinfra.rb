# deepinfra.rb: models of DeepInfra, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.deepinfra

provider deepinfra "DeepInfra" {
  kind openai
  base "https://api.deepinfra.com/v1/openai"
}

model deepseek_r1 {
  provider deepinfra
  id       "deepseek-ai/DeepSeek-R1"
  window   163_840 tokens
  output   163_840 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.70 USD per 1_000_000 tokens
  price output            2.40 USD per 1_000_000 tokens
}

model deepseek_v3 {
  provider deepinfra
  id       "deepseek-ai/DeepSeek-V3"
  window   163_840 tokens
  output   163_840 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.38 USD per 1_000_000 tokens
  price output            0.89 USD per 1_000_000 tokens
}

model deepseek_v3_1 {
  provider deepinfra
  id       "deepseek-ai/DeepSeek-V3.1"
  window   163_840 tokens
  output   163_840 tokens
  can      tools, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.27 USD per 1_000_000 tokens
  price output            1.00 USD per 1_000_000 tokens
  price cached_read       0.216 USD per 1_000_000 tokens
}

model llama_4_maverick_17b_128e_instruct_fp8 {
  provider deepinfra
  id       "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8"
  window   1_048_576 tokens
  output   1_048_576 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model llama_4_scout_17b_16e_instruct {
  provider deepinfra
  id       "meta-llama/Llama-4-Scout-17B-16E-Instruct"
  window   327_680 tokens
  output   327_680 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.08 USD per 1_000_000 tokens
  price output            0.30 USD per 1_000_000 tokens
}

model qwen2_5_vl_32b_instruct {
  provider deepinfra
  id       "Qwen/Qwen2.5-VL-32B-Instruct"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model qwen3_coder_480b_a35b_instruct {
  provider deepinfra
  id       "Qwen/Qwen3-Coder-480B-A35B-Instruct"
  window   262_144 tokens
  output   262_144 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            1.60 USD per 1_000_000 tokens
}

model qwen3_coder_480b_a35b_instruct_turbo {
  provider deepinfra
  id       "Qwen/Qwen3-Coder-480B-A35B-Instruct-Turbo"
  window   262_144 tokens
  output   262_144 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.29 USD per 1_000_000 tokens
  price output            1.20 USD per 1_000_000 tokens
}

model qwen3_next_80b_a3b_instruct {
  provider deepinfra
  id       "Qwen/Qwen3-Next-80B-A3B-Instruct"
  window   262_144 tokens
  output   262_144 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.14 USD per 1_000_000 tokens
  price output            1.40 USD per 1_000_000 tokens
}

model qwen3_next_80b_a3b_thinking {
  provider deepinfra
  id       "Qwen/Qwen3-Next-80B-A3B-Thinking"
  window   262_144 tokens
  output   262_144 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.14 USD per 1_000_000 tokens
  price output            1.40 USD per 1_000_000 tokens
}

model claude_3_7_sonnet_latest {
  provider deepinfra
  id       "anthropic/claude-3-7-sonnet-latest"
  window   200_000 tokens
  output   200_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.30 USD per 1_000_000 tokens
  price output            16.50 USD per 1_000_000 tokens
  price cached_read       0.33 USD per 1_000_000 tokens
}

model claude_4_opus {
  provider deepinfra
  id       "anthropic/claude-4-opus"
  window   200_000 tokens
  output   200_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             16.50 USD per 1_000_000 tokens
  price output            82.50 USD per 1_000_000 tokens
}

model claude_4_sonnet {
  provider deepinfra
  id       "anthropic/claude-4-sonnet"
  window   200_000 tokens
  output   200_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.30 USD per 1_000_000 tokens
  price output            16.50 USD per 1_000_000 tokens
}

model gemini_2_5_flash {
  provider deepinfra
  id       "google/gemini-2.5-flash"
  window   1_000_000 tokens
  output   1_000_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
}

model gemini_2_5_pro {
  provider deepinfra
  id       "google/gemini-2.5-pro"
  window   1_000_000 tokens
  output   1_000_000 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price output            10.00 USD per 1_000_000 tokens
}
