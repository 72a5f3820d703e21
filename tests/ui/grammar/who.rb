package ui

connector shop "orders" { reads get(id: string) GET "/orders/{id}" }
agent bot "orders" { owner "desk@acme.example" purpose "looks orders up" uses shop }
agent clerk "orders" { owner "desk@acme.example" purpose "looks orders up" uses shop }
policy work { allow call shop by bot, clerk }
