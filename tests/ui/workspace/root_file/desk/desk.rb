package acme.desk

agent bot "refunds" { owner "desk@acme.example" purpose "gives money back" }
