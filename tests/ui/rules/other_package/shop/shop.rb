package acme.shop

agent seller "sells" { owner "shop@acme.example" purpose "sells" uses pay }
policy work {
  allow call pay.refund by acme.desk.desk
  allow call pay.refund by seller
}
waive acme.systems.refunds for acme.shop.seller until 2027-01-31 because "we are the shop"
