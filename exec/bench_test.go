package exec_test

import (
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"atelier/exec"
)

// BenchmarkExecute executes alone: resolvers answer from memory, and the document is kept.
func BenchmarkExecute(b *testing.B) {
	ids := make([]any, 50)
	for i := range ids {
		ids[i] = fmt.Sprintf("customer %d", i)
	}
	params := &graphql.RawParams{
		Query: `query ($ids: [ID!]) { customers(wanted: {ids: $ids}) {
			id name mood count friend { id name } things(first: 3) { id ... on Book { pages due tags } } addresses { street city { name } } } }`,
		Variables: map[string]any{"ids": ids},
	}
	for by, s := range map[string]*server{"breadth first": newServer(false), "generated": newServer(true)} {
		b.Run(by, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.execute(b, params)
				s.shop.Calls()
			}
		})
	}
}

func (s *server) execute(b *testing.B, params *graphql.RawParams) {
	b.Helper()
	ctx, report := exec.WithReport(graphql.StartOperationTrace(b.Context()))
	defer report.Release()
	oc, refused := s.CreateOperationContext(ctx, params)
	if refused != nil {
		b.Fatal(refused)
	}
	respond, ctx := s.DispatchOperation(ctx, oc)
	if response := respond(ctx); len(response.Errors) > 0 || len(response.Data) < 10_000 {
		b.Fatalf("%d bytes, %v", len(response.Data), response.Errors)
	}
}
