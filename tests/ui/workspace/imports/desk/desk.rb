package acme.desk

import acme.systms
import acme.systems.{ pay, shipping }
import acme.desk
import acme.shop
import acme.shop.{ seller, seler }
import std.regoins

group owners "those who decide"
agent bot "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work {
  allow call pay.refund by bot
  ask owners before call pay.refund by bot because "look at it"
}
