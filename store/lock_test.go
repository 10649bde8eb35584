package store_test

import (
	"context"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. It is generous: a loaded machine is no failure.
const patience = 2 * time.Minute

// lock begins a transaction of another program's with a statement that locks rows. release runs more statements in it and
// commits.
func (w *world) lock(t *testing.T, statement string) (release func(more ...string)) {
	t.Helper()
	tx, err := w.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	must(t, tx, second(tx.Exec(statement)))
	return func(more ...string) {
		t.Helper()
		for _, statement := range more {
			must(t, tx, second(tx.Exec(statement)))
		}
		must(t, tx, tx.Commit())
	}
}

// start runs do beside the test; the channel has its error when it has ended.
func start(do func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	return done
}

// awaitWaiting polls until n statements wait for a lock.
func (w *world) awaitWaiting(t *testing.T, n int) {
	t.Helper()
	w.awaitTrue(t, `SELECT count(*) >= $1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`, n)
}

// awaitTrue polls until a query answers true.
func (w *world) awaitTrue(t *testing.T, query string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		var reached bool
		if err := w.db.QueryRowContext(ctx, query, args...).Scan(&reached); err != nil {
			t.Fatalf("%s never answered true: %v", query, err)
		}
		if reached {
			return
		}
	}
}
