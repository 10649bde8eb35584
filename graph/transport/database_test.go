package transport_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/graph/transport"
	"atelier/resolvers"
	"atelier/store"
	"atelier/store/storetest"
)

// served is a handler over a database of the test's own, in which all pages are full. Everyone is an admin.
type served struct {
	http.Handler
	inner http.Handler // Which takes the viewer from the context.
	url   string
}

func newServed(t testing.TB, settings transport.Settings, log io.Writer) served {
	t.Helper()
	return newServedOver(t, "full", settings, log)
}

// newServedOver is newServed with the rows of a script of testdata.
func newServedOver(t testing.TB, script string, settings transport.Settings, log io.Writer) served {
	t.Helper()
	url := storetest.Template(t, "transport "+script, func(url string) error { return fill(url, script) })
	s, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 16, StatementTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	root := resolvers.New(s)
	settings.Measure = root.Measure
	handler := graph.NewHandler(graph.Options{
		Resolvers: root, Prepare: root.Prepare, Log: slog.New(slog.NewTextHandler(log, nil)), Transport: settings,
	})
	return served{asAdmin(handler), handler, url}
}

func fill(url, name string) error {
	script, err := os.ReadFile("testdata/" + name + ".sql")
	if err != nil {
		return err
	}
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(context.Background(), string(script))
	return errors.Join(err, db.Close())
}

func asAdmin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(auth.WithViewer(r.Context(), auth.Viewer{ID: "u1", Role: domain.RoleAdmin})))
	})
}

// open is a connection of the test's own to the same database, which is not among the 16 of the server.
func (s served) open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", s.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
