package acme.desk

agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work { allow call pay.refund by desk }
