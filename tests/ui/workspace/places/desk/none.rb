# An agent of nobody.
agent other "refunds" { owner "desk@acme.example" purpose "gives money back" }
