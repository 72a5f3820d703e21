// OPA as a Go library: prepared once, as its documentation asks, and one read transaction for all; partially evaluated too.
package main

import (
	"bytes"
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	h "rebase.example/peers/harness"
)

func main() {
	h.Run("OPA", "github.com/open-policy-agent/opa", "p12.rego", func(policy string, requests [][]byte) []h.Form {
		ctx, store := context.Background(), inmem.New()
		transaction := rego.EvalTransaction(h.Must(store.NewTransaction(ctx)))
		query := func(options ...rego.PrepareOption) rego.PreparedEvalQuery {
			return h.Must(rego.New(rego.Query("data.p12.allow"), rego.Module("p12.rego", policy), rego.Store(store)).PrepareForEval(ctx, options...))
		}
		parse := func(text []byte) ast.Value { return h.Must(ast.ValueFromReader(bytes.NewReader(text))) }
		decide := func(q *rego.PreparedEvalQuery, input ast.Value) bool {
			return h.Must(q.Eval(ctx, rego.EvalParsedInput(input), transaction)).Allowed()
		}
		prepared, partial := query(), query(rego.WithPartialEval())
		parsed := make([]ast.Value, len(requests))
		for i, text := range requests {
			parsed[i] = parse(text)
		}
		return []h.Form{
			{Name: "prepared, input parsed before", Decide: func(i int) bool { return decide(&prepared, parsed[i]) }},
			{Name: "partially evaluated, input parsed before", Decide: func(i int) bool { return decide(&partial, parsed[i]) }},
			{Name: "prepared, JSON", Decide: func(i int) bool { return decide(&prepared, parse(requests[i])) }},
		}
	})
}
