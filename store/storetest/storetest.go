// Package storetest owns the databases of the tests: real ones, in a PostgreSQL that the tests of one `go test` share.
// It knows the migrations and the embedded PostgreSQL; it must not know the store, nor what tests put into a database.
//
// The first test that asks starts a cluster (in memory where there is room, and not durable), and a watchdog that removes
// it when `go test` has ended, also when that was killed. Databases are copies of a template, which takes some tens of
// milliseconds. After a failed test the cluster stays for a quarter of an hour, or until the next `go test` asks for one.
//
// With TEST_DATABASE_URL the databases are made on that server instead, by a role that may create them (CREATEDB). Their
// names begin with atelier_test_; they are dropped after their test, and what a killed run left is dropped by the next.
// What failed tests leave there stays for a day.
package storetest

import (
	"context"
	"testing"
	"time"
)

// limit bounds what this package does for one test, the migration of the template included.
const limit = 5 * time.Minute

// New returns the URL of a new database with all migrations, for lib/pq. It is dropped after the test, with whatever is
// still connected, or kept if the test fails; the log then says where it is.
func New(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s := theServer(t)
	template, err := s.migrated(ctx)
	if err != nil {
		t.Fatalf("make the migrated template database: %v", err)
	}
	return s.copyFor(ctx, t, template)
}

// Empty is New without migrations: for the tests of the migrations.
func Empty(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return theServer(t).copyFor(ctx, t, emptyTemplate)
}

// Template is New with rows: a copy of a database that fill has filled, once in the run for each name, whichever package's
// tests come first; so one name must mean one fill everywhere. fill gets the URL of a database with all migrations, and
// returns its error rather than ending the test. Afterwards the database is vacuumed and analysed, so that plans are those
// of a settled one (autovacuum is off in the tests' cluster).
func Template(t testing.TB, name string, fill func(url string) error) string {
	t.Helper()
	s := theServer(t)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	template, err := s.filled(ctx, name, fill)
	if err != nil {
		t.Fatalf("make the template database %q: %v", name, err)
	}
	return s.copyFor(ctx, t, template)
}

func theServer(t testing.TB) *server {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("no database for the tests: %v", err)
	}
	return s
}
