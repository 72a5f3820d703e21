// cel-go: the twelve rules as one expression, type-checked, constants folded.
package main

import (
	"encoding/json"

	"cel.dev/cel-go/cel"
	h "rebase.example/peers/harness"
)

func main() {
	h.Run("cel-go", "cel.dev/cel-go", "p12.cel", func(policy string, requests [][]byte) []h.Form {
		fields := cel.MapType(cel.StringType, cel.DynType)
		env := h.Must(cel.NewEnv(cel.Variable("principal", fields), cel.Variable("action", cel.StringType),
			cel.Variable("resource", fields), cel.Variable("context", fields)))
		checked, issues := env.Compile(policy)
		h.Must(checked, issues.Err())
		program := h.Must(env.Program(checked, cel.EvalOptions(cel.OptOptimize)))
		decide := func(input map[string]any) bool {
			result, _, err := program.Eval(input)
			return h.Must(result, err).Value() == true
		}
		parse := func(text []byte) map[string]any {
			var input map[string]any
			if err := json.Unmarshal(text, &input); err != nil {
				panic(err)
			}
			return input
		}
		prebuilt := make([]map[string]any, len(requests))
		for i, text := range requests {
			prebuilt[i] = native(text)
		}
		return []h.Form{
			{Name: "maps built before", Decide: func(i int) bool { return decide(prebuilt[i]) }},
			{Name: "JSON", Decide: func(i int) bool { return decide(parse(requests[i])) }},
		}
	})
}

// The types that CEL itself has, so that nothing is converted while it is timed.
func native(text []byte) map[string]any {
	var q h.Request
	if err := json.Unmarshal(text, &q); err != nil {
		panic(err)
	}
	p, r, c := q.Principal, q.Resource, q.Context
	return map[string]any{
		"principal": map[string]any{"id": p.ID, "roles": p.Roles, "dept": p.Dept, "clearance": p.Clearance, "suspended": p.Suspended},
		"action":    q.Action,
		"resource":  map[string]any{"id": r.ID, "path": r.Path, "owner": r.Owner, "dept": r.Dept, "label": r.Label, "env": r.Env},
		"context": map[string]any{"amount": c.Amount, "hour": c.Hour, "ip": c.IP, "mfa": c.MFA, "tool": c.Tool, "agent": c.Agent,
			"session": c.Session, "trace": c.Trace},
	}
}
