# scaleway.rb: models of Scaleway Generative APIs, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.scaleway

provider scaleway "Scaleway Generative APIs" {
  kind openai
  base "https://api.scaleway.ai/v1"
}

model devstral_2_123b_instruct_2512 {
  provider scaleway
  id       "mistralai/devstral-2-123b-instruct-2512"
  window   200_000 tokens
  output   16_384 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.40 USD per 1_000_000 tokens
  price output            2.00 USD per 1_000_000 tokens
}

model gemma_3_27b_it {
  provider scaleway
  id       "google/gemma-3-27b-it"
  window   40_000 tokens
  output   8_192 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            0.50 USD per 1_000_000 tokens
}

model gemma_4_26b_a4b_it {
  provider scaleway
  id       "google/gemma-4-26b-a4b-it"
  window   256_000 tokens
  output   32_768 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            0.50 USD per 1_000_000 tokens
}

model gpt_oss_120b {
  provider scaleway
  id       "openai/gpt-oss-120b"
  window   128_000 tokens
  output   32_768 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.60 USD per 1_000_000 tokens
}

model holo2_30b_a3b {
  provider scaleway
  id       "hcompany/holo2-30b-a3b"
  window   22_000 tokens
  output   16_384 tokens
  can      vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            0.70 USD per 1_000_000 tokens
}

model llama_3_3_70b_instruct {
  provider scaleway
  id       "meta/llama-3.3-70b-instruct"
  window   128_000 tokens
  output   16_384 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.90 USD per 1_000_000 tokens
  price output            0.90 USD per 1_000_000 tokens
}

model mistral_medium_3_5_128b {
  provider scaleway
  id       "mistralai/mistral-medium-3.5-128b"
  window   256_000 tokens
  output   16_384 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.50 USD per 1_000_000 tokens
  price output            7.50 USD per 1_000_000 tokens
}

model mistral_small_3_2_24b_instruct_2506 {
  provider scaleway
  id       "mistralai/mistral-small-3.2-24b-instruct-2506"
  window   128_000 tokens
  output   32_768 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.15 USD per 1_000_000 tokens
  price output            0.35 USD per 1_000_000 tokens
}

model pixtral_12b_2409 {
  provider scaleway
  id       "mistralai/pixtral-12b-2409"
  window   128_000 tokens
  output   4_096 tokens
  can      tools, vision
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.20 USD per 1_000_000 tokens
}

model qwen3_235b_a22b_instruct_2507 {
  provider scaleway
  id       "qwen/qwen3-235b-a22b-instruct-2507"
  window   256_000 tokens
  output   16_384 tokens
  can      tools
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.75 USD per 1_000_000 tokens
  price output            2.25 USD per 1_000_000 tokens
}

model qwen3_5_397b_a17b {
  provider scaleway
  id       "qwen/qwen3.5-397b-a17b"
  window   256_000 tokens
  output   16_384 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            3.60 USD per 1_000_000 tokens
}

model qwen3_6_35b_a3b {
  provider scaleway
  id       "qwen/qwen3.6-35b-a3b"
  window   256_000 tokens
  output   16_384 tokens
  can      tools, vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
}
