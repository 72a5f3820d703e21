package ui

label personal "names"
agent bot "orders" {
  owner   "o@acme.example"
  expects chat 2_000 per day { input: 1_200, ouput: 500 }
  expects chat 2_000 per 3 days { input: 1_200, output: 500 }
  expects chat 2_000 per day { input: 1_200, output: 500, generated: 501 }
  expects chat 2_000 per day { input: 1_200, output: 500, has: [personal, secrets] }
  expect  chat 2_000 per day { input: 1_200, output: 500 }
}
