# google.rb: models of Google Gemini API, made by scripts/catalogue.py from public tables; prices in USD.
# A window is the longest input. Where requests are processed, how long they are kept and how good a model is, no table says:
# state it in your own package, with `replaces`.
package std.models.google

provider google "Google Gemini API" {
  kind gemini
  base "https://generativelanguage.googleapis.com"
}

model gemini_2_5_flash {
  provider google
  id       "gemini-2.5-flash"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
}

model gemini_2_5_flash_lite {
  provider google
  id       "gemini-2.5-flash-lite"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
  price cached_read       0.01 USD per 1_000_000 tokens
}

model gemini_2_5_pro {
  provider google
  id       "gemini-2.5-pro"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price input             2.50 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            10.00 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.125 USD per 1_000_000 tokens
}

model gemini_3_flash_preview {
  provider google
  id       "gemini-3-flash-preview"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.50 USD per 1_000_000 tokens
  price output            3.00 USD per 1_000_000 tokens
  price cached_read       0.05 USD per 1_000_000 tokens
}

model gemini_3_1_flash_lite {
  provider google
  id       "gemini-3.1-flash-lite"
  window   1_048_576 tokens
  output   65_536 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
  price cached_read       0.025 USD per 1_000_000 tokens
  price batch_input       0.125 USD per 1_000_000 tokens
  price batch_output      0.75 USD per 1_000_000 tokens
}

model gemini_3_1_flash_lite_preview {
  provider google
  id       "gemini-3.1-flash-lite-preview"
  window   1_048_576 tokens
  output   65_536 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.25 USD per 1_000_000 tokens
  price output            1.50 USD per 1_000_000 tokens
  price cached_read       0.025 USD per 1_000_000 tokens
}

model gemini_3_1_pro_preview {
  provider google
  id       "gemini-3.1-pro-preview"
  window   1_048_576 tokens
  output   65_536 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price input             4.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            12.00 USD per 1_000_000 tokens
  price output            18.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.20 USD per 1_000_000 tokens
  price batch_input       1.00 USD per 1_000_000 tokens
  price batch_output      6.00 USD per 1_000_000 tokens
}

model gemini_3_1_pro_preview_customtools {
  provider google
  id       "gemini-3.1-pro-preview-customtools"
  window   1_048_576 tokens
  output   65_536 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             2.00 USD per 1_000_000 tokens
  price input             4.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            12.00 USD per 1_000_000 tokens
  price output            18.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.20 USD per 1_000_000 tokens
  price batch_input       1.00 USD per 1_000_000 tokens
  price batch_output      6.00 USD per 1_000_000 tokens
}

model gemini_3_5_flash {
  provider google
  id       "gemini-3.5-flash"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.50 USD per 1_000_000 tokens
  price output            9.00 USD per 1_000_000 tokens
  price cached_read       0.15 USD per 1_000_000 tokens
}

model gemini_3_5_flash_lite {
  provider google
  id       "gemini-3.5-flash-lite"
  window   1_048_576 tokens
  output   65_536 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
  price batch_input       0.15 USD per 1_000_000 tokens
  price batch_output      1.25 USD per 1_000_000 tokens
}

model gemini_3_6_flash {
  provider google
  id       "gemini-3.6-flash"
  window   1_048_576 tokens
  output   65_536 tokens
  can      tools, vision, documents, json, reasoning, caching, batch
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.50 USD per 1_000_000 tokens
  price output            7.50 USD per 1_000_000 tokens
  price cached_read       0.15 USD per 1_000_000 tokens
  price batch_input       0.75 USD per 1_000_000 tokens
  price batch_output      3.75 USD per 1_000_000 tokens
}

model gemini_exp_1206 {
  provider google
  id       "gemini-exp-1206"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
}

model gemini_flash_latest {
  provider google
  id       "gemini-flash-latest"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.30 USD per 1_000_000 tokens
  price output            2.50 USD per 1_000_000 tokens
  price cached_read       0.03 USD per 1_000_000 tokens
}

model gemini_flash_lite_latest {
  provider google
  id       "gemini-flash-lite-latest"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             0.10 USD per 1_000_000 tokens
  price output            0.40 USD per 1_000_000 tokens
  price cached_read       0.01 USD per 1_000_000 tokens
}

model gemini_omni_flash_preview {
  provider google
  id       "gemini-omni-flash-preview"
  window   1_048_576 tokens
  output   65_535 tokens
  can      vision, reasoning
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.50 USD per 1_000_000 tokens
  price output            9.00 USD per 1_000_000 tokens
}

model gemini_pro_latest {
  provider google
  id       "gemini-pro-latest"
  window   1_048_576 tokens
  output   65_535 tokens
  can      tools, vision, documents, json, reasoning, caching
  priced   2026-08-01 "LiteLLM's public table"
  price input             1.25 USD per 1_000_000 tokens
  price input             2.50 USD per 1_000_000 tokens { above: 200_000 tokens }
  price output            10.00 USD per 1_000_000 tokens
  price output            15.00 USD per 1_000_000 tokens { above: 200_000 tokens }
  price cached_read       0.125 USD per 1_000_000 tokens
}
