# check: --format json
package ui

connector pay "payments" { writes refund(amount: money(USD)) POST "/refunds" }
agent desk "refunds" { owner "desk@acme.example" purpose "gives money back" uses pay }
policy work { allow call pay.refund by desk }
