package resolvers_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"

	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/resolvers"
	"atelier/store"
)

// TestUnknownCauses breaks the database in ways that nobody foresaw: the caller gets a code and an id, the log the cause.
func TestUnknownCauses(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	a.exec(t, `DROP TABLE credit`)
	for _, query := range []string{
		`{ viewer { name credit } }`,
		`{ users { nodes { name credit } } }`,
		`{ users { edges { node { name credit } } } }`,
	} {
		got := a.query(t, ada, query, nil)
		if len(got.Errors) == 0 {
			t.Fatalf("no error: %s", got.Body)
		}
		for _, e := range got.Errors {
			a.requireInternal(t, e, `relation "credit" does not exist`)
		}
		if !bytes.Contains(got.Body, []byte(`"name":"Ada"`)) {
			t.Errorf("the rest of the answer does not stand: %s", got.Body)
		}
		requireNothingInside(t, got.Body)
	}
}

// TestUnknownCausesOfChanges breaks a mutation.
func TestUnknownCausesOfChanges(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	a.exec(t, `ALTER TABLE chat ADD CONSTRAINT nothing CHECK (title <> 'Secret plans')`)
	got := a.query(t, bob, `mutation { createChat(input: {title: "Secret plans"}) { chat { id } userErrors { code } } }`, nil)
	if len(got.Errors) != 1 {
		t.Fatalf("got %s", got.Body)
	}
	a.requireInternal(t, got.Errors[0], `violates check constraint`)
	requireNothingInside(t, got.Body)
}

// requireInternal fails the test unless the error is INTERNAL, with an id under which the log has the cause.
func (a *api) requireInternal(t *testing.T, e failure, cause string) {
	t.Helper()
	id, _ := e.Extensions["errorId"].(string)
	if e.code() != domain.Internal || len(id) < 8 || !strings.Contains(e.Message, id) {
		t.Fatalf("got %+v, want INTERNAL with an id", e)
	}
	lines := a.log.lines(id)
	if len(lines) == 0 || !strings.Contains(strings.ReplaceAll(lines[0], `\"`, `"`), cause) {
		t.Errorf("the log has %q for %s, want %q", lines, id, cause)
	}
}

// requireNothingInside fails the test if the bytes tell how the server works.
func requireNothingInside(t *testing.T, body []byte) {
	t.Helper()
	for _, inside := range []string{"pq:", "relation", "constraint", "SELECT", "SQLSTATE", "42P01", "goroutine", ".go:", "panic", "nil pointer", "/dev/", "127.0.0.1", "Secret"} {
		if bytes.Contains(body, []byte(inside)) {
			t.Errorf("the answer holds %q: %s", inside, body)
		}
	}
}

// panicky are resolvers that panic: at the root, in a batch and, with loaders that have no store, in a loader.
type panicky struct {
	graph.ResolverRoot
}

type panickyQuery struct{ graph.QueryResolver }

type panickyUser struct{ graph.UserResolver }

func (p panicky) Query() graph.QueryResolver { return panickyQuery{p.ResolverRoot.Query()} }

func (p panicky) User() graph.UserResolver { return panickyUser{p.ResolverRoot.User()} }

// Viewer is the admin, without the database.
func (panickyQuery) Viewer(context.Context) (*domain.User, error) {
	return &domain.User{ID: ada.ID, Name: "Ada", Role: ada.Role}, nil
}

// AiServices panics.
func (panickyQuery) AiServices(context.Context) ([]*domain.AIService, error) {
	panic("a secret is in here")
}

// Credit panics.
func (panickyUser) Credit(_ context.Context, objs []*domain.User) ([]*domain.Decimal, error) {
	var none []*domain.Decimal
	return []*domain.Decimal{none[len(objs)]}, nil
}

// TestPanics panics in resolvers: INTERNAL, and the server lives.
func TestPanics(t *testing.T) {
	t.Parallel()
	a := serve(t, store.Config{URL: database(t, "world.sql")}, func(r *resolvers.Resolver) graph.ResolverRoot { return panicky{r} })
	for _, c := range []struct{ query, cause string }{
		{`{ aiServices { service } viewer { name } }`, "a secret is in here"},
		{`{ viewer { name credit } }`, "index out of range"},
	} {
		got := a.query(t, ada, c.query, nil)
		if len(got.Errors) != 1 {
			t.Fatalf("got %s", got.Body)
		}
		a.requireInternal(t, got.Errors[0], c.cause)
		requireNothingInside(t, got.Body)
		if bytes.Contains(got.Body, []byte("secret")) || !bytes.Contains(got.Body, []byte(`"name":"Ada"`)) {
			t.Errorf("got %s", got.Body)
		}
	}
	got := a.query(t, ada, `{ users { nodes { name credit } } }`, nil)
	if len(got.Errors) != len(people) {
		t.Errorf("%d errors for %d users: %s", len(got.Errors), len(people), got.Body)
	}
	for _, e := range got.Errors {
		a.requireInternal(t, e, "")
	}
	requireNothingInside(t, got.Body)
	a.query(t, ada, `{ viewer { name } }`, nil).must(t)
}

// TestPanicsOfLoaders panics where loaders read: they have no store to read from.
func TestPanicsOfLoaders(t *testing.T) {
	t.Parallel()
	a := serve(t, store.Config{URL: database(t, "world.sql")}, func(r *resolvers.Resolver) graph.ResolverRoot { return panicky{r} })
	panics := 0
	prepare := func(ctx context.Context) context.Context {
		return loaders.With(ctx, loaders.New(nil, loaders.Observer{Batch: func(int) {}, Panic: func() { panics++ }}))
	}
	a.handler = graph.NewHandler(graph.Options{Resolvers: panicky{a.root}, Prepare: prepare, Log: a.log.logger()})
	got := a.query(t, ada, `{ viewer { name statistics { totalTasks } } }`, nil)
	if len(got.Errors) != 1 || panics != 1 || len(got.at("viewer.name")) != 1 {
		t.Fatalf("%d panics, and %s", panics, got.Body)
	}
	a.requireInternal(t, got.Errors[0], "nil pointer")
	requireNothingInside(t, got.Body)
}

// TestTimeout keeps a statement waiting for a lock until the database gives it up.
func TestTimeout(t *testing.T) {
	t.Parallel()
	url := database(t, "world.sql")
	a := serve(t, store.Config{URL: url, StatementTimeout: 500 * time.Millisecond}, func(r *resolvers.Resolver) graph.ResolverRoot { return r })
	tx, err := a.store.DB().BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), `LOCK TABLE credit IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	got := a.query(t, bob, `{ viewer { name credit } }`, nil)
	if !slices.Equal(got.codes(), []domain.Code{domain.Timeout}) || len(got.at("viewer.name")) != 1 {
		t.Errorf("got %s", got.Body)
	}
	requireNothingInside(t, got.Body)
	if len(a.log.lines("canceling statement")) != 1 {
		t.Error("the log does not have the cause")
	}
}

// TestDatabaseDown cuts the connections to the database, keeps new ones from being made, and lets them through again.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	line := tap(t, database(t, "world.sql"))
	a := newAPI(t, line.url)
	a.query(t, bob, `{ viewer { name } }`, nil).must(t)
	line.cut(t)
	for range 2 { // The first finds its connection cut, the next cannot make one.
		got := a.query(t, bob, `{ viewer { name } }`, nil)
		if !slices.Equal(got.codes(), []domain.Code{domain.Unavailable}) {
			t.Errorf("got %s", got.Body)
		}
		requireNothingInside(t, got.Body)
	}
	got := a.query(t, bob, `mutation { createChat(input: {title: "X"}) { chat { id } } }`, nil)
	if !slices.Equal(got.codes(), []domain.Code{domain.Unavailable}) {
		t.Errorf("got %s", got.Body)
	}
	line.listen(t)
	a.query(t, bob, `{ viewer { name } }`, nil).must(t)
}

// tapped is a line to the database that can be cut.
type tapped struct {
	url, socket     string
	network, target string

	mu       sync.Mutex
	listener net.Listener
	ends     []net.Conn
}

// tap lays a line to the database at url.
func tap(t *testing.T, url string) *tapped {
	t.Helper()
	config, err := pq.NewConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	line := &tapped{
		url:     fmt.Sprintf("user='%s' password='%s' dbname='%s' host='%s' port=%d sslmode=disable", config.User, config.Password, config.Database, dir, config.Port),
		socket:  filepath.Join(dir, fmt.Sprintf(".s.PGSQL.%d", config.Port)),
		network: "tcp", target: net.JoinHostPort(config.Host, fmt.Sprint(config.Port)),
	}
	if strings.HasPrefix(config.Host, "/") {
		line.network, line.target = "unix", filepath.Join(config.Host, fmt.Sprintf(".s.PGSQL.%d", config.Port))
	}
	line.listen(t)
	t.Cleanup(func() { line.cut(t) })
	return line
}

// listen lets connections through.
func (l *tapped) listen(t *testing.T) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", l.socket)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.listener = listener
	l.mu.Unlock()
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			l.join(near)
		}
	}()
}

func (l *tapped) join(near net.Conn) {
	far, err := net.Dial(l.network, l.target)
	if err != nil {
		_ = near.Close()
		return
	}
	l.mu.Lock()
	l.ends = append(l.ends, near, far)
	l.mu.Unlock()
	go func() { _, _ = io.Copy(near, far) }()
	go func() { _, _ = io.Copy(far, near) }()
}

// cut ends the connections and keeps new ones from being made.
func (l *tapped) cut(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.listener.Close()
	for _, end := range l.ends {
		_ = end.Close()
	}
	l.ends = nil
}
