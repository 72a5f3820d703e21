# ovhcloud.rb: models of OVHcloud AI Endpoints, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.ovhcloud

provider ovhcloud "OVHcloud AI Endpoints" {
  kind openai
  base "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1"
}

model deepseek_r1_distill_llama_70b {
  provider ovhcloud
  id       "DeepSeek-R1-Distill-Llama-70B"
  window   131_000 tokens
  output   131_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.67 USD per 1_000_000 tokens     # the other table: 0.74 USD
  price output            0.67 USD per 1_000_000 tokens     # the other table: 0.74 USD
}

model llama_3_1_8b_instruct {
  provider ovhcloud
  id       "Llama-3.1-8B-Instruct"
  window   131_000 tokens
  output   131_000 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens     # the other table: 0.11 USD
  price output            0.10 USD per 1_000_000 tokens     # the other table: 0.11 USD
}

model meta_llama_3_3_70b_instruct {
  provider ovhcloud
  id       "Meta-Llama-3_3-70B-Instruct"
  window   131_000 tokens
  output   131_000 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.67 USD per 1_000_000 tokens     # the other table: 0.74 USD
  price output            0.67 USD per 1_000_000 tokens     # the other table: 0.74 USD
}

model mistral_7b_instruct_v0_3 {
  provider ovhcloud
  id       "Mistral-7B-Instruct-v0.3"
  window   127_000 tokens
  output   127_000 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens     # the other table: 0.11 USD
  price output            0.10 USD per 1_000_000 tokens     # the other table: 0.11 USD
}

model mistral_nemo_instruct_2407 {
  provider ovhcloud
  id       "Mistral-Nemo-Instruct-2407"
  window   118_000 tokens
  output   118_000 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.13 USD per 1_000_000 tokens     # the other table: 0.14 USD
  price output            0.13 USD per 1_000_000 tokens     # the other table: 0.14 USD
}

model mistral_small_3_2_24b_instruct_2506 {
  provider ovhcloud
  id       "Mistral-Small-3.2-24B-Instruct-2506"
  window   128_000 tokens
  output   128_000 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.09 USD per 1_000_000 tokens     # the other table: 0.10 USD
  price output            0.28 USD per 1_000_000 tokens     # the other table: 0.31 USD
}

model qwen2_5_vl_72b_instruct {
  provider ovhcloud
  id       "Qwen2.5-VL-72B-Instruct"
  window   32_000 tokens
  output   32_000 tokens
  can      vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.91 USD per 1_000_000 tokens     # the other table: 1.01 USD
  price output            0.91 USD per 1_000_000 tokens     # the other table: 1.01 USD
}

model qwen3_32b {
  provider ovhcloud
  id       "Qwen3-32B"
  window   32_000 tokens
  output   32_000 tokens
  can      tools, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.08 USD per 1_000_000 tokens     # the other table: 0.09 USD
  price output            0.23 USD per 1_000_000 tokens     # the other table: 0.25 USD
}

model gpt_oss_120b {
  provider ovhcloud
  id       "gpt-oss-120b"
  window   131_000 tokens
  output   131_000 tokens
  can      json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.08 USD per 1_000_000 tokens     # the other table: 0.09 USD
  price output            0.40 USD per 1_000_000 tokens     # the other table: 0.47 USD
}

model gpt_oss_20b {
  provider ovhcloud
  id       "gpt-oss-20b"
  window   131_000 tokens
  output   131_000 tokens
  can      json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.04 USD per 1_000_000 tokens     # the other table: 0.05 USD
  price output            0.15 USD per 1_000_000 tokens     # the other table: 0.18 USD
}

model llava_v1_6_mistral_7b_hf {
  provider ovhcloud
  id       "llava-v1.6-mistral-7b-hf"
  window   32_000 tokens
  output   32_000 tokens
  can      vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.29 USD per 1_000_000 tokens
  price output            0.29 USD per 1_000_000 tokens
}

model mamba_codestral_7b_v0_1 {
  provider ovhcloud
  id       "mamba-codestral-7B-v0.1"
  window   256_000 tokens
  output   256_000 tokens
  can      json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.19 USD per 1_000_000 tokens
  price output            0.19 USD per 1_000_000 tokens
}
