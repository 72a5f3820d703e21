# detectors.rb: what a redaction finds: `with redact args.text of [email, iban]` puts `[email]` in the place of each match.
#
# A pattern knows the form of a thing, not whether it exists: a detector finds too much rather than too little. What
# must never leave is stopped by a label and a guard, not by a pattern.
package std.detectors

# ---- people ----
detector email       "e-mail address"        /[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,24}/
detector phone       "telephone number"      /\+[0-9][0-9 ().\-]{6,18}[0-9]/
                                             /\([0-9]{2,4}\) ?[0-9][0-9 \-]{4,10}[0-9]/
                                             /[0-9]{3}[ .\-][0-9]{3}[ .\-][0-9]{4}/
detector us_ssn      "US social security number" /[0-9]{3}-[0-9]{2}-[0-9]{4}/
detector uk_nino     "UK national insurance number" /[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]/
detector birth_date  "date with a year"      /(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]/
                                             /[0-3]?[0-9][.\/][0-3]?[0-9][.\/](19|20)[0-9]{2}/

# ---- money ----
detector iban        "bank account (IBAN)"   /[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,3})?/
detector bic         "bank code (BIC)"       /[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}[A-Z0-9]{3}/
detector credit_card "payment card number"   /[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{1,7}/
                                             /3[47][0-9]{2}[ \-]?[0-9]{6}[ \-]?[0-9]{5}/

# ---- networks ----
detector ipv4        "IPv4 address"          /[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/
detector url         "web address"           /https?:\/\/[^ \t\n"<>]+/

# ---- secrets ----
detector private_key   "private key"         /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/
detector jwt           "JSON web token"      /eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+/
detector aws_key       "AWS access key"      /(AKIA|ASIA)[A-Z0-9]{16}/
detector github_token  "GitHub token"        /gh[pousr]_[A-Za-z0-9]{36,}/
                                             /github_pat_[A-Za-z0-9_]{22,}/
detector slack_token   "Slack token"         /xox[abeprs]-[A-Za-z0-9\-]{10,}/
detector stripe_key    "Stripe key"          /[sr]k_(live|test)_[A-Za-z0-9]{16,}/
