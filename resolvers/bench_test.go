package resolvers_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"

	"atelier/auth"
	"atelier/graph"
	"atelier/resolvers"
	"atelier/store"
)

// measured are the operations that the executors are measured by.
var measured = map[string]string{
	"Q1": `{ users(first: 50) { edges { node { id name email role profileImageUrl lastActiveAt createdAt credit } } } }`,
	"Q2": `{ users(first: 20) { edges { node { id name credit
		tasks(first: 5) { edges { node { id service status prompt progress imageUrl cost submittedAt } } pageInfo { hasNextPage endCursor } }
		chats(first: 3) { edges { node { id title updatedAt messages(last: 5) { edges { node { id role content createdAt } } } } } }
	} } } }`,
	"Q4": `{ user(id: "` + globalID("User", "u002") + `") { id name email role credit } }`,
}

// BenchmarkExecutors answers whole requests, from the handler to PostgreSQL and back, by each executor.
func BenchmarkExecutors(b *testing.B) {
	config := store.Config{URL: database(b, "crowd.sql")}
	plain := func(r *resolvers.Resolver) graph.ResolverRoot { return r }
	for name, query := range measured {
		for by, a := range map[string]*api{"breadth first": serve(b, config, plain), "generated": serveBy(b, config, plain, true)} {
			b.Run(name+"/"+by, func(b *testing.B) { a.benchmark(b, query) })
		}
	}
}

func (a *api) benchmark(b *testing.B, query string) {
	b.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		b.Fatal(err)
	}
	ctx := auth.WithViewer(b.Context(), boss)
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		w := &discarding{header: http.Header{}}
		a.handler.ServeHTTP(w, request)
		if w.status != http.StatusOK || w.written < 100 {
			b.Fatalf("%d, %d bytes", w.status, w.written)
		}
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// processorTime is what this process has used: PostgreSQL's is not in it, nor what other programs made it wait.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

// discarding is a response that nobody reads.
type discarding struct {
	header  http.Header
	status  int
	written int
}

func (d *discarding) Header() http.Header { return d.header }

func (d *discarding) WriteHeader(status int) { d.status = status }

func (d *discarding) Write(p []byte) (int, error) {
	d.written += len(p)
	return io.Discard.Write(p)
}
