package acme.desk

agent bot "refunds" { owner "desk@acme.example" purpose "gives money back" uses shipping }
policy work {
  allow call shipping by bot
  allow call pay.refund by bot
}
guard money {
  deny call pay.refund because "by hand only"
}
