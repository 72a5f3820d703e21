# novita.rb: models of Novita AI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.novita

provider novita "Novita AI" {
  kind openai
  base "https://api.novita.ai/v3/openai"
}

model deepseek_r1_0528 {
  provider novita
  id       "deepseek/deepseek-r1-0528"
  window   163_840 tokens
  output   32_768 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.70 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
  price cached_read       0.35 USD per 1_000_000 tokens
}

model deepseek_v3_2 {
  provider novita
  id       "deepseek/deepseek-v3.2"
  window   163_840 tokens
  output   65_536 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.269 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
  price cached_read       0.1345 USD per 1_000_000 tokens
}

model deepseek_v3_2_exp {
  provider novita
  id       "deepseek/deepseek-v3.2-exp"
  window   163_840 tokens
  output   65_536 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.27 USD per 1_000_000 tokens
  price output            0.41 USD per 1_000_000 tokens
}

model ernie_4_5_vl_28b_a3b_thinking {
  provider novita
  id       "baidu/ernie-4.5-vl-28b-a3b-thinking"
  window   131_072 tokens
  output   65_536 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.39 USD per 1_000_000 tokens
  price output            0.39 USD per 1_000_000 tokens
}

model glm_4_5v {
  provider novita
  id       "zai-org/glm-4.5v"
  window   65_536 tokens
  output   16_384 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            1.80 USD per 1_000_000 tokens
  price cached_read       0.11 USD per 1_000_000 tokens
}

model glm_4_6 {
  provider novita
  id       "zai-org/glm-4.6"
  window   204_800 tokens
  output   131_072 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.55 USD per 1_000_000 tokens
  price output            2.20 USD per 1_000_000 tokens
  price cached_read       0.11 USD per 1_000_000 tokens
}

model glm_4_6v {
  provider novita
  id       "zai-org/glm-4.6v"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            0.90 USD per 1_000_000 tokens
  price cached_read       0.055 USD per 1_000_000 tokens
}

model glm_4_7 {
  provider novita
  id       "zai-org/glm-4.7"
  window   204_800 tokens
  output   131_072 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            2.20 USD per 1_000_000 tokens
  price cached_read       0.11 USD per 1_000_000 tokens
}

model gpt_oss_120b {
  provider novita
  id       "openai/gpt-oss-120b"
  window   131_072 tokens
  output   32_768 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.05 USD per 1_000_000 tokens
  price output            0.25 USD per 1_000_000 tokens
}

model kimi_k2_thinking {
  provider novita
  id       "moonshotai/kimi-k2-thinking"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
}

model mimo_v2_flash {
  provider novita
  id       "xiaomimimo/mimo-v2-flash"
  window   262_144 tokens
  output   32_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.30 USD per 1_000_000 tokens
  price cached_read       0.02 USD per 1_000_000 tokens
}

model qwen3_omni_30b_a3b_thinking {
  provider novita
  id       "qwen/qwen3-omni-30b-a3b-thinking"
  window   65_536 tokens
  output   16_384 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            0.97 USD per 1_000_000 tokens
}
