# systems.rb: the company's own systems, and the one CRM instance whose place is known.
package acme.systems

import std.regions

connector crm "Salesforce, our instance in Frankfurt" {
  kind crm
  residency de
  base "https://acme.my.salesforce.example/services/data/v59.0"

  entity contact { id: string key  email: string personal  name: string personal }
  entity case {
    id:         string key
    contact_id: string
    status:     one of { open, pending, closed, other }
    subject:    string untrusted                     # a customer wrote it: seeing it proves nothing
  }

  reads get_contact(id: string) -> contact
    GET "/sobjects/Contact/{id}"
  reads search_cases(query: string, limit: int paging = 20) -> list of case
    GET "/search?q={query}"
    yields untrusted
  reads count_cases(query: string)
    GET "/count?q={query}"
  reads export_contacts(query: string) yields personal
    GET "/export?q={query}"
  writes update_case(id: string, status: string, comment: string?) -> case
    PATCH "/sobjects/Case/{id}"
  destroys delete_contact(id: string)
    DELETE "/sobjects/Contact/{id}"
}

connector identity "Customer verification" {
  kind identity
  residency de
  base "https://verify.acme.example/v1"
  failure "Error"
  writes send_code(contact_id: string)
    POST "/codes"
  writes check_code(contact_id: string, code: string) -> string       # "verified", or "Error: wrong code"
    proves verified
    POST "/codes/check"
}

connector translation "Translation vendor" {
  kind translation
  residency us
  base "https://translate.vendor.example/v2"
  writes translate(text: string, to: string) sends outside
    POST "/translate"
}
