# salesforce.rb: Salesforce CRM over its REST API. Where an instance stands differs from company to company, so no
# residency is stated: a guard that asks for one does not find it, and denies.
# Needs the company's labels `personal` and `untrusted`.
package std.connectors.salesforce

connector salesforce "Salesforce CRM" {
  kind crm
  base "https://{instance}.my.salesforce.com/services/data/v59.0"
  auth oauth2

  entity contact {
    id:    string key
    email: string personal same person.email       # the same person in every connector that says so
    name:  string personal
  }

  entity case {
    id:      string key
    status:  one of { open, pending, closed, other }
    subject: string untrusted                       # a customer wrote it: seeing it proves nothing
  }

  reads get_contact(id: string) -> contact
    GET "/sobjects/Contact/{id}"

  reads search_cases(query: string, limit: int paging = 20) -> list of case
    GET "/search?q={query}"
    yields untrusted

  writes update_case(id: string, status: string, comment: string?) -> case
    PATCH "/sobjects/Case/{id}"

  destroys delete_contact(id: string)
    DELETE "/sobjects/Contact/{id}"
}
