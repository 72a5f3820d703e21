// Casbin: attributes in the request (its ABAC), the twelve rules as one matcher, which it compiles once and keeps.
package main

import (
	"encoding/json"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	h "rebase.example/peers/harness"
)

type subject struct {
	ID, Dept  string
	Roles     []any // its `in` wants this type
	Clearance int64
	Suspended bool
}
type request struct {
	h.Request
	subject subject
}

func parse(text []byte) *request {
	q := &request{}
	if err := json.Unmarshal(text, &q.Request); err != nil {
		panic(err)
	}
	p := &q.Principal
	q.subject = subject{ID: p.ID, Dept: p.Dept, Clearance: p.Clearance, Suspended: p.Suspended, Roles: make([]any, len(p.Roles))}
	for i, role := range p.Roles {
		q.subject.Roles[i] = role
	}
	return q
}

func main() {
	h.Run("Casbin", "github.com/casbin/casbin/v3", "p12.casbin", func(policy string, requests [][]byte) []h.Form {
		enforcer := h.Must(casbin.NewEnforcer(h.Must(model.NewModelFromString(policy))))
		decide := func(q *request) bool {
			return h.Must(enforcer.Enforce(&q.subject, q.Action, &q.Resource, &q.Context))
		}
		prebuilt := make([]*request, len(requests))
		for i, text := range requests {
			prebuilt[i] = parse(text)
		}
		return []h.Form{
			{Name: "structs built before", Decide: func(i int) bool { return decide(prebuilt[i]) }},
			{Name: "JSON", Decide: func(i int) bool { return decide(parse(requests[i])) }},
		}
	})
}
