# platform.rb: what the platform team decides for every agent in the company.
package acme.platform

import std.regions

# What data can be. A label stays with a session once an agent was allowed to read such data.
label personal  "names, addresses, anything that identifies a person"
label untrusted "text that someone outside the company wrote"

# What has been shown in a session, for a while. Losing a proof can only narrow.
proof verified "the customer has proved who they are" lasts 15 minutes

# On whose behalf an agent acts. The host says so from its own channel; a request cannot.
context requester {
  id:    string
  roles: set of string
  desk:  region
}

# Whom a rule may ask.
group finance_leads "people who sign off refunds"
group data_office   "people who answer for personal data"

# Channels that a customer or a supplier can read.
table shared_channels from "shared_channels.csv" {
  channel: string key
  with:    string
}

# Who works where; `x in org("support")` is true for everybody below.
tree org from "org.csv" { member: string  group: string }

# A guard can only tighten. Nothing that another package says can switch it off.
guard residency {
  deny call where connector.residency not in eu and session has personal
    because "GDPR Art. 44: personal data stays in the EU"
}

# Reading both private data and a stranger's text makes a session one that a stranger may be steering.
guard no_exfiltration {
  deny call where operation.sends_outside and session has personal and session has untrusted
    because "an agent that has read private data and outside text may not send anything out"
  deny release to outside where session has personal
    because "personal data does not leave the company"
}

guard deletions {
  ask data_office before call where operation.destroys
    because "nothing is deleted unless a person was asked"
    wait at most 2 days
}

guard working_hours {
  ask data_office before call crm.export_contacts
    where hour(now) < 8 or hour(now) >= 18 or weekday(now) > 5
    because "bulk exports outside working hours are looked at"
}

# An exception has an end, and only the package that owns the guard can grant it.
waive residency for acme.support.translator until 2030-12-31
  because "DPA signed with the US translation vendor, ticket GRC-1182"
