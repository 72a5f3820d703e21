package ui

provider acme "own machines" { }
model small "a small model" { provider acme id "small-1" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" }
route nobody { prefer lowest model.price }
route calls { for call by desk }
route one { for infer by desk }
route two { for infer by desk }
prove "nothing" { }
