package acme.desk

workspace acme
zone "Europe/Berlin"
agent bot "refunds" { owner "desk@acme.example" purpose "gives money back" }
