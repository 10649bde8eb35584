package resolvers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/graph/document"
	"atelier/graph/transport"
	"atelier/relay"
	"atelier/resolvers"
	"atelier/store"
)

// api is the whole way of a request, from the handler to a database of the test's own. The viewer is taken as read.
type api struct {
	store   *store.Store
	root    *resolvers.Resolver
	handler http.Handler
	log     *logged
}

// newAPI serves the database at url.
func newAPI(t testing.TB, url string) *api {
	t.Helper()
	return serve(t, store.Config{URL: url}, func(r *resolvers.Resolver) graph.ResolverRoot { return r })
}

// serve opens a store and serves it by resolvers that wrap may change.
func serve(t testing.TB, config store.Config, wrap func(*resolvers.Resolver) graph.ResolverRoot) *api {
	t.Helper()
	return serveBy(t, config, wrap, false)
}

// serveBy is serve, by the generated executor alone if so told.
func serveBy(t testing.TB, config store.Config, wrap func(*resolvers.Resolver) graph.ResolverRoot, isGenerated bool) *api {
	t.Helper()
	config.MaxConns = 4 // Many tests share one server.
	s, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	root := resolvers.New(s)
	root.SetClock(func() time.Time { return clock })
	log := &logged{}
	return &api{s, root, graph.NewHandler(graph.Options{
		Resolvers: wrap(root), Prepare: root.Prepare, Log: log.logger(), Transport: transport.Settings{Limits: wide(), Observe: noteBound},
		Generated: isGenerated,
	}), log}
}

// clock is what the resolvers take for now.
var clock = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

// wide are limits that leave room for generated queries.
func wide() document.Limits {
	limits := document.Defaults()
	limits.Depth, limits.Aliases, limits.Nodes, limits.Answered, limits.Cost = 30, 200, 1e9, 1e9, 1e9
	limits.RootFields, limits.Directives = 200, 500
	return limits
}

// exec changes the database behind the API's back.
func (a *api) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := a.store.DB().ExecContext(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// answer is a response.
type answer struct {
	Status     int
	Body       []byte
	Data       any
	Errors     []failure
	Statements int // That the database ran for it.
	Bound      int // The most that it may run, by the executor's certificate; 0 where there is none.
	Rows       int // That it read.
}

// failure is an error in a response.
type failure struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

func (f failure) code() domain.Code {
	code, _ := f.Extensions["code"].(string)
	return domain.Code(code)
}

// query asks as the viewer does over HTTP.
func (a *api) query(t testing.TB, viewer auth.Viewer, query string, variables map[string]any) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return a.post(t, viewer, body)
}

// post sends a body as it is.
func (a *api) post(t testing.TB, viewer auth.Viewer, body []byte) answer {
	t.Helper()
	got := a.send(t, viewer, body)
	if got.isBeyond() {
		t.Errorf("an N+1: %d statements, where the certificate says %d\n%s", got.Statements, got.Bound, body)
	}
	return got
}

// isBeyond reports whether the answer took more statements than its certificate allows.
func (a answer) isBeyond() bool { return a.Bound > 0 && a.Statements > a.Bound }

type boundKey struct{}

// noteBound notes the certificate of an operation for whoever sent it.
func noteBound(ctx context.Context, o transport.Outcome) {
	if bound, ok := ctx.Value(boundKey{}).(*int); ok {
		*bound = o.Bound
	}
}

// send is post without a look at the certificate.
func (a *api) send(t testing.TB, viewer auth.Viewer, body []byte) answer {
	t.Helper()
	var bound int
	ctx, statements := store.CountStatements(context.WithValue(auth.WithViewer(t.Context(), viewer), boundKey{}, &bound))
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	a.handler.ServeHTTP(recorder, request)
	got := answer{Status: recorder.Code, Body: recorder.Body.Bytes(), Statements: statements.Count(), Rows: statements.Rows(), Bound: bound}
	if err := json.Unmarshal(got.Body, &got); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%s", err, got.Body)
	}
	return got
}

// must fails the test if the answer holds errors.
func (a answer) must(t testing.TB) answer {
	t.Helper()
	if len(a.Errors) > 0 || a.Data == nil {
		t.Fatalf("the answer holds errors: %s", a.Body)
	}
	return a
}

// at returns what stands at a path of response keys, with lists spread: "users.nodes.id" has an id for each user.
func (a answer) at(path string) []any {
	found := []any{a.Data}
	for key := range strings.SplitSeq(path, ".") {
		var next []any
		for _, value := range found {
			object, _ := value.(map[string]any)
			if list, ok := object[key].([]any); ok {
				next = append(next, list...)
			} else if object != nil {
				next = append(next, object[key])
			}
		}
		found = next
	}
	return found
}

// codes are the codes of the errors, in their order.
func (a answer) codes() (codes []domain.Code) {
	for _, e := range a.Errors {
		codes = append(codes, e.code())
	}
	return codes
}

// globalID is the id of an object as clients see it.
func globalID(typeName, key string) string { return relay.ID{Type: typeName, Key: key}.Encode() }

// logged keeps what was logged.
type logged struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// Write implements io.Writer.
func (l *logged) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bytes.Write(line)
}

// lines are the lines that hold the text.
func (l *logged) lines(text string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(l.bytes.String(), "\n")
	return slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, text) })
}
