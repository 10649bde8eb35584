package migrations_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/migrations"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

func TestUpRebuildsInvalidIndexes(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	insertUser(t, db, "u1")
	want := snapshot(t, db)
	exec(t, db, "DROP INDEX idx_users_role_name")
	release := openTransaction(t, db, "UPDATE users SET name = 'Ada'")
	interrupt(t, db, `CREATE INDEX CONCURRENTLY idx_users_role_name ON users (role, name, id COLLATE "C")`)
	interrupt(t, db, "REINDEX INDEX CONCURRENTLY idx_users_name")
	interrupt(t, db, "REINDEX INDEX CONCURRENTLY idx_users_name")
	release()
	left := []string{"idx_users_name_ccnew", "idx_users_name_ccnew1", "idx_users_role_name"}
	if got := invalid(t, db); !slices.Equal(got, left) {
		t.Fatalf("invalid before: %q, want %q", got, left)
	}
	up(t, url)
	if got := invalid(t, db); got != nil {
		t.Errorf("invalid after: %q", got)
	}
	if got := snapshot(t, db); got != want {
		t.Errorf("the schema is not what it was:\n%s", difference(want, got))
	}
}

func TestUpRebuildsAnInvalidUniqueIndexOfAnAdoptedTable(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	exec(t, db, "DROP INDEX idx_credit_user_id")
	release := openTransaction(t, db, "UPDATE credit SET updated_at = now()")
	interrupt(t, db, "CREATE UNIQUE INDEX CONCURRENTLY idx_credit_user_id ON credit (user_id)")
	release()
	up(t, url)
	if got := invalid(t, db); got != nil {
		t.Errorf("invalid: %q", got)
	}
	if got := lines(t, db, "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'credit'::regclass AND NOT indisprimary"); !slices.Equal(got, []string{"idx_credit_user_id"}) {
		t.Errorf("indexes on credit: %q", got)
	}
}

func TestUpBuildsMissingIndexes(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	want := snapshot(t, db)
	exec(t, db, "DROP INDEX idx_users_name, idx_credit_log_user_idempotency, idx_message_chat_created")
	up(t, url)
	if got := snapshot(t, db); got != want {
		t.Errorf("the schema is not what it was:\n%s", difference(want, got))
	}
}

// Up that is stopped while it builds an index leaves an invalid one; the next Up finds and mends it.
func TestUpGoesOnAfterItWasInterrupted(t *testing.T) {
	t.Parallel()
	t.Run("adopting", func(t *testing.T) {
		t.Parallel()
		url, db := legacyDatabase(t)
		rows := contents(t, db)
		interruptUp(t, url, db, "CREATE UNIQUE INDEX CONCURRENTLY credit_user_id_key%")
		sameRows(t, db, rows)
	})
	t.Run("migrating", func(t *testing.T) {
		t.Parallel()
		url, db := migratedDatabase(t)
		want := snapshot(t, db)
		down(t, url, 14)
		interruptUp(t, url, db, "CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_users_created%")
		if got := snapshot(t, db); got != want {
			t.Errorf("the schema is not what it was:\n%s", difference(want, got))
		}
	})
}

// interruptUp stops Up while build waits, and calls it again.
func interruptUp(t *testing.T, url string, db *sql.DB, build string) {
	t.Helper()
	release := openSnapshot(t, db)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- migrations.Up(ctx, url) }()
	await(t, db, build)
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted Up: %v", err)
	}
	release()
	if len(invalid(t, db)) != 1 {
		t.Errorf("invalid: %q", invalid(t, db))
	}
	up(t, url)
	if got := invalid(t, db); got != nil {
		t.Errorf("still invalid: %q", got)
	}
	if found := problems(doctor(t, url)); len(found) > 0 {
		t.Errorf("problems: %+v", found)
	}
}

// openSnapshot opens a transaction that concurrent builds of any table must wait for, until release is called.
func openSnapshot(t *testing.T, db *sql.DB) (release func()) {
	t.Helper()
	return openTransaction(t, db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class")
}

// openTransaction runs statements in a transaction that stays open until release is called.
func openTransaction(t *testing.T, db *sql.DB, statements string) (release func()) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
	}
}

// interrupt runs a concurrent build that must wait for an open transaction, and gives up.
func interrupt(t *testing.T, db *sql.DB, build string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "SET lock_timeout = 100"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), build); pq.As(err, pqerror.LockNotAvailable) == nil {
		t.Fatalf("%s was not interrupted: %v", build, err)
	}
	if _, err := conn.ExecContext(t.Context(), "SET lock_timeout = 0"); err != nil {
		t.Fatal(err)
	}
}

func invalid(t *testing.T, db *sql.DB) []string {
	t.Helper()
	return lines(t, db, "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid ORDER BY 1")
}

// await polls until a statement like pattern waits for a lock in this database.
func await(t *testing.T, db *sql.DB, pattern string) {
	t.Helper()
	const waiting = `
		SELECT count(*)::text FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`
	poll(t, "a waiting "+strings.TrimSpace(pattern), func() bool { return one(t, db, waiting, pattern) != "0" })
}

// poll asks until the answer is yes, for half a minute at most.
func poll(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(30 * time.Second)
	for !isSo() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s did not come", what)
		}
	}
}
