# platform.rb: what holds for every system.
package dojo.platform

label untrusted "text that somebody outside wrote"
label identity  "documents, card and account numbers of the person"

guard deletes {
  # An id is a short number: "13" is said by whoever speaks of the 13th. So a deletion is always shown to the person.
  ask requester before call where operation.destroys
    because "nothing is deleted unless a person was asked"
}

guard documents {
  # A label stays with the session: whoever the text goes to, it may carry what was read.
  ask requester before call where operation.sends_outside and session has identity
    because "identity documents were read in this session; a person confirms what leaves"
}
