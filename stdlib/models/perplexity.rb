# perplexity.rb: models of Perplexity, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.perplexity

provider perplexity "Perplexity" {
  kind openai
  base "https://api.perplexity.ai"
}

model codellama_34b_instruct {
  provider perplexity
  id       "codellama-34b-instruct"
  window   16_384 tokens
  output   16_384 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.35 USD per 1_000_000 tokens
  price output            1.40 USD per 1_000_000 tokens
}

model codellama_70b_instruct {
  provider perplexity
  id       "codellama-70b-instruct"
  window   16_384 tokens
  output   16_384 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.70 USD per 1_000_000 tokens
  price output            2.80 USD per 1_000_000 tokens
}

model llama_3_1_70b_instruct {
  provider perplexity
  id       "llama-3.1-70b-instruct"
  window   131_072 tokens
  output   131_072 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.00 USD per 1_000_000 tokens
  price output            1.00 USD per 1_000_000 tokens
}

model llama_3_1_8b_instruct {
  provider perplexity
  id       "llama-3.1-8b-instruct"
  window   131_072 tokens
  output   131_072 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.20 USD per 1_000_000 tokens
  price output            0.20 USD per 1_000_000 tokens
}

model pplx_7b_chat {
  provider perplexity
  id       "pplx-7b-chat"
  window   8_192 tokens
  output   8_192 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.07 USD per 1_000_000 tokens
  price output            0.28 USD per 1_000_000 tokens
}

model sonar_medium_chat {
  provider perplexity
  id       "sonar-medium-chat"
  window   16_384 tokens
  output   16_384 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.60 USD per 1_000_000 tokens
  price output            1.80 USD per 1_000_000 tokens
}

model sonar_pro {
  provider perplexity
  id       "sonar-pro"
  window   200_000 tokens
  output   8_000 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             3.00 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens
}

model sonar_small_chat {
  provider perplexity
  id       "sonar-small-chat"
  window   16_384 tokens
  output   16_384 tokens
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.07 USD per 1_000_000 tokens
  price output            0.28 USD per 1_000_000 tokens
}
