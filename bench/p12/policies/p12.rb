# p12.rb: the peers' twelve rules: nine that permit, three that forbid; forbid wins, and what nothing permits is denied.
package p12

agent bot { owner "bench@rebase.example" purpose "is measured" uses docs }

policy permits {
  allow call docs                          by bot where "admin" in args.roles
  allow call docs.read                     by bot where "reader" in args.roles and args.label <= 1
  allow call docs.read                     by bot where "analyst" in args.roles and args.dept == args.of and args.clearance >= args.label
  allow call docs.export                   by bot where "analyst" in args.roles and args.dept == args.of and args.amount <= 1000
  allow call docs.{ read, write, deploy }  by bot where "engineer" in args.roles and args.env == "staging"
  allow call docs.deploy                   by bot where "engineer" in args.roles and args.env == "prod" and args.mfa and args.hour >= 9 and args.hour < 17
  allow call docs.{ read, write, share }   by bot where args.owner == args.id
  allow call docs.read                     by bot where "support" in args.roles and args.path starts with "/tickets/"
  allow call docs.pay                      by bot where "finance" in args.roles and args.amount <= 5000 and args.mfa
}
guard forbids {
  deny call docs where args.suspended because "suspended"
  deny call docs where args.label >= 3 and args.clearance < 3 because "not cleared"
  deny call docs where args.path starts with "/secrets/" unless "admin" in args.roles because "secret"
}
