# models.rb: models that the company may use. All figures here are made up for this example; a real company measures qualities itself
# (`rbc models calibrate`) and takes prices from its contracts or from std.models.
package acme.platform
import std.regions.{ eu, us }

label personal "about a person"

provider europa "Europa Cloud" {
  kind      openai
  base      "https://europa.example/v1"
  region    eu
  retention 0 days
  training  false
}
provider overseas "Overseas AI" {
  kind      openai
  base      "https://overseas.example/v1"
  region    us, eu
  retention 30 days
  training  false
}

model small "Small" {
  provider europa
  id       "small-2"
  window   32_000 tokens
  output   4_000 tokens
  can      tools, json
  priced   2026-11-01 "contract 17"
  price    input  0.20 USD per 1_000_000 tokens
  price    output 0.80 USD per 1_000_000 tokens
  quality  chat    86% { source: "own evaluation", date: 2026-10-12, sample: 640 }
  quality  extract 91% { source: "own evaluation", date: 2026-10-12, sample: 500 }
  latency  600 milliseconds
}
model medium "Medium" {
  provider europa
  id       "medium-5"
  window   128_000 tokens
  output   8_000 tokens
  can      tools, json, vision
  priced   2026-11-01 "contract 17"
  price    input  1.00 USD per 1_000_000 tokens
  price    output 4.00 USD per 1_000_000 tokens
  quality  chat    90% { source: "own evaluation", date: 2026-10-12, sample: 640 }
  quality  extract 95% { source: "own evaluation", date: 2026-10-12, sample: 500 }
  quality  reason  84% { source: "own evaluation", date: 2026-10-12, sample: 420 }
  latency  1100 milliseconds
}
model large "Large" {
  provider overseas
  id       "large-9"
  window   400_000 tokens
  output   32_000 tokens
  can      tools, json, vision, reasoning
  priced   2026-11-01 "price page"
  price    input  5.00 USD per 1_000_000 tokens
  price    output 20.00 USD per 1_000_000 tokens
  quality  chat    91% { source: "own evaluation", date: 2026-10-12, sample: 640 }
  quality  reason  93% { source: "own evaluation", date: 2026-10-12, sample: 420 }
  latency  2400 milliseconds
}
model bargain "Bargain" {
  provider overseas
  id       "bargain-1"
  window   64_000 tokens
  can      json
  priced   2026-11-01 "price page"
  price    input  0.05 USD per 1_000_000 tokens
  price    output 0.20 USD per 1_000_000 tokens
  quality  chat    82% { source: "own evaluation", date: 2026-10-12, sample: 640 }
  latency  400 milliseconds
}
model unpriced "Unpriced" {
  provider europa
  id       "preview-3"
  window   128_000 tokens
  quality  chat    92% { source: "own evaluation", date: 2026-10-12, sample: 640 }
}

guard residency "Personal data stays in the EU" {
  deny infer where session has personal and not (model.region in eu) because "personal data is processed in the EU only"
}
guard retention "Nobody keeps what is about a person" {
  deny infer where session has personal and model.retention > 0 days because "no provider may keep personal data"
}
guard budget "What one agent may spend" {
  limit infer for each agent at most 20.00 USD per day warn at 80%
}
