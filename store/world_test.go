package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/lib/pq"

	"atelier/domain"
	"atelier/store"
	"atelier/store/storetest"
)

// noon is when things happen in tests that do not care.
var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// world is a store on a migrated database of its own, and a connection beside it.
type world struct {
	url string
	*store.Store
	db *sql.DB
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return worldAt(t, storetest.New(t), store.Config{})
}

func worldAt(t testing.TB, url string, c store.Config) *world {
	t.Helper()
	c.URL = url
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &world{url, s, connect(t, url)}
}

func connect(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// fataler is a *testing.T, a *testing.B or a *rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func (w *world) exec(t fataler, statement string, args ...any) {
	t.Helper()
	if _, err := w.db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// users adds users who are active members.
func (w *world) users(t fataler, ids ...string) {
	t.Helper()
	w.exec(t, `INSERT INTO users (id, name, email, role, created_at, updated_at) SELECT id, id, id || '@example.com', 'user', $2, $2 FROM unnest($1::text[]) AS id`,
		pq.Array(ids), noon)
}

// chats adds chats of a user.
func (w *world) chats(t fataler, owner string, ids ...string) {
	t.Helper()
	w.exec(t, `INSERT INTO chat (id, user_id, title, created_at, updated_at) SELECT id, $2, 'about ' || id, $3, $3 FROM unnest($1::text[]) AS id`,
		pq.Array(ids), owner, noon)
}

// text reads one value as text.
func (w *world) text(t fataler, query string, args ...any) (value string) {
	t.Helper()
	if err := w.db.QueryRow(query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// column reads the rows of a query of one text.
func (w *world) column(t fataler, query string, args ...any) (values []string) {
	t.Helper()
	rows, err := w.db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return values
}

func must[T any](t fataler, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return value
}

func wantCode(t testing.TB, err error, code domain.Code) {
	t.Helper()
	if err == nil || domain.CodeOf(err) != code {
		t.Errorf("got %v (%s), want %s", err, domain.CodeOf(err), code)
	}
}
