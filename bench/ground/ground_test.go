package ground

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"testing"

	"github.com/lib/pq"

	"atelier/demo"
	"atelier/store/storetest"
)

// open makes the databases of a small scale on the server of the tests, and removes them after the test.
func open(t *testing.T, scale string) *Ground {
	t.Helper()
	server, err := url.Parse(storetest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	g, err := Open(t.Context(), Options{Server: server.String(), Scale: scale, Size: demo.Size{Users: 30, Tasks: 300, Chats: 30, Messages: 200}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, database := range []string{"atelier_bench_" + scale + "_before", "atelier_bench_" + scale} {
			if err := g.run(context.Background(), `DROP DATABASE IF EXISTS `+pq.QuoteIdentifier(database)); err != nil {
				t.Error(err)
			}
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// uniqueScale names databases that no other test has.
func uniqueScale() string { return "test_" + rand.Text()[:10] }

func value[T any](t *testing.T, address, query string) (found T) {
	t.Helper()
	db, err := sql.Open("postgres", address)
	if err == nil {
		err = db.QueryRowContext(t.Context(), query).Scan(&found)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	return found
}

func TestTheOldDatabaseHasPrimaryKeysAlone(t *testing.T) {
	t.Parallel()
	g := open(t, uniqueScale())
	const others = `SELECT count(*) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = 'public'::regnamespace AND NOT indisprimary`
	const primary = `SELECT count(*) FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = 'public'::regnamespace AND indisprimary`
	if got := value[int](t, g.Before, others); got != 0 {
		t.Errorf("before has %d other indexes", got)
	}
	if got := value[int](t, g.After, others); got < 10 {
		t.Errorf("after has %d other indexes", got)
	}
	if before, after := value[int](t, g.Before, primary), value[int](t, g.After, primary); before != after {
		t.Errorf("before has %d primary keys, after %d", before, after)
	}
	for _, table := range []string{"users", "credit", "mj_tasks", "flux_tasks", "dreamwork_tasks", "chat", "message"} {
		rows := `SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM ` + table + ` t`
		if value[string](t, g.Before, rows) != value[string](t, g.After, rows) {
			t.Errorf("the rows of %s are not the same", table)
		}
	}
}

func TestDatabasesAreMadeOnce(t *testing.T) {
	t.Parallel()
	scale := uniqueScale()
	g := open(t, scale)
	if err := g.run(t.Context(), `CREATE DATABASE `+pq.QuoteIdentifier("atelier_bench_"+scale+"_before_unfinished")); err != nil {
		t.Fatal(err) // As an interrupted run leaves one.
	}
	if err := g.run(t.Context(), `DROP DATABASE `+pq.QuoteIdentifier("atelier_bench_"+scale+"_before")); err != nil {
		t.Fatal(err)
	}
	if value[string](t, g.After, `CREATE TABLE marked AS SELECT 'as before'::text AS mark; SELECT mark FROM marked`) != "as before" {
		t.Fatal("the database cannot be marked")
	}
	again, err := Open(t.Context(), Options{Server: g.url("postgres"), Scale: scale, Size: demo.Size{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	for _, database := range []string{again.After, again.Before} {
		if got := value[int](t, database, `SELECT count(*) FROM users`); got != 30 {
			t.Errorf("%d users", got)
		}
		if got := value[string](t, database, `SELECT mark FROM marked`); got != "as before" {
			t.Errorf("the mark is %q", got)
		}
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	g := open(t, uniqueScale())
	p, err := g.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.Busiest.Tasks == 0 || p.Prolific.Tasks < p.Busiest.Tasks || p.Dormant.Tasks == 0 || p.Dormant.ID == p.Busiest.ID {
		t.Errorf("busiest %+v, prolific %+v, dormant %+v", p.Busiest, p.Prolific, p.Dormant)
	}
	if len(p.Users) == 0 || len(p.Users) > 30 || len(p.Chats) != 30 || p.Midjourney == 0 || p.Users[0].Name == "" || p.Chats[0].Title == "" {
		t.Errorf("%d users, %d chats, %d tasks", len(p.Users), len(p.Chats), p.Midjourney)
	}
	if pid, seen := g.Postmaster(t.Context()); seen && pid <= 1 {
		t.Errorf("the postmaster is process %d", pid)
	}
}
