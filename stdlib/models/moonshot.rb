# moonshot.rb: models of Moonshot AI, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.moonshot

provider moonshot "Moonshot AI" {
  kind openai
  base "https://api.moonshot.ai/v1"
}

model kimi_k2_5 {
  provider moonshot
  id       "kimi-k2.5"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            3.00 USD per 1_000_000 tokens
  price cached_read       0.10 USD per 1_000_000 tokens
}

model kimi_k2_6 {
  provider moonshot
  id       "kimi-k2.6"
  window   262_144 tokens
  output   262_144 tokens
  can      tools, vision, json, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.95 USD per 1_000_000 tokens
  price output            4.00 USD per 1_000_000 tokens
  price cached_read       0.16 USD per 1_000_000 tokens
}

model moonshot_v1_128k {
  provider moonshot
  id       "moonshot-v1-128k"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
}

model moonshot_v1_128k_vision_preview {
  provider moonshot
  id       "moonshot-v1-128k-vision-preview"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
}

model moonshot_v1_32k {
  provider moonshot
  id       "moonshot-v1-32k"
  window   32_768 tokens
  output   32_768 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens
  price output            3.00 USD per 1_000_000 tokens
}

model moonshot_v1_32k_vision_preview {
  provider moonshot
  id       "moonshot-v1-32k-vision-preview"
  window   32_768 tokens
  output   32_768 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens
  price output            3.00 USD per 1_000_000 tokens
}

model moonshot_v1_8k {
  provider moonshot
  id       "moonshot-v1-8k"
  window   8_192 tokens
  output   8_192 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            2.00 USD per 1_000_000 tokens
}

model moonshot_v1_8k_vision_preview {
  provider moonshot
  id       "moonshot-v1-8k-vision-preview"
  window   8_192 tokens
  output   8_192 tokens
  can      tools, vision, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            2.00 USD per 1_000_000 tokens
}

model moonshot_v1_auto {
  provider moonshot
  id       "moonshot-v1-auto"
  window   131_072 tokens
  output   131_072 tokens
  can      tools, json
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price output            5.00 USD per 1_000_000 tokens
}
