package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"atelier/store"
	"atelier/store/storetest"
)

func openInterruptible(t *testing.T, conns int) *store.Store {
	t.Helper()
	return openAt(t, storetest.Empty(t), conns)
}

func openAt(t *testing.T, url string, conns int) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: conns, StatementTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

const sleepSQL = `SELECT pg_sleep(30)`

// runningSQL counts the statements of other connections that are still at work.
const runningSQL = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`

// sessionsSQL counts the connections that the database has ever had; the server reports a connection when it ends or is idle.
const sessionsSQL = `SELECT sessions FROM pg_stat_database WHERE datname = current_database()`

func TestALongStatementIsCancelledAndItsConnectionLivesOn(t *testing.T) {
	t.Parallel()
	s := openInterruptible(t, 1)
	before := backend(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	_, err := s.DB().ExecContext(ctx, sleepSQL)
	if err == nil {
		t.Fatal("the statement ran to its end")
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("cancelled after %v", took)
	}
	if after := backend(t, s); after != before {
		t.Errorf("the connection was dropped: process %d, then %d", before, after)
	}
}

func TestRowsThatAreLongInComingAreCancelled(t *testing.T) {
	t.Parallel()
	s := openInterruptible(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	rows, err := s.DB().QueryContext(ctx, `SELECT n, pg_sleep(n) FROM generate_series(0, 30, 15) n`)
	if err == nil {
		for rows.Next() {
			continue
		}
		err = rows.Err()
		_ = rows.Close()
	}
	if err == nil || time.Since(start) > 14*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	backend(t, s)
}

func TestAShortStatementRunsToItsEnd(t *testing.T) {
	t.Parallel()
	s := openInterruptible(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	tx, err := s.DB().BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(5*time.Millisecond, cancel)
	if _, err := tx.ExecContext(ctx, `SELECT pg_sleep(0.02)`); err != nil {
		t.Errorf("a statement within the grace: %v", err)
	}
	if err := tx.Commit(); err != nil {
		t.Error(err)
	}
}

func TestACrowdThatLeavesDialsNothing(t *testing.T) {
	t.Parallel()
	const conns = 8
	url := storetest.Empty(t)
	s, observer := openAt(t, url, conns), openAt(t, url, 1)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		var crowd sync.WaitGroup
		for range 10 * conns {
			crowd.Go(func() { _, _ = s.DB().ExecContext(ctx, sleepSQL) })
		}
		awaitCount(t, observer, runningSQL, conns)
		cancel()
		crowd.Wait()
		awaitCount(t, observer, runningSQL, 0)
	}
	var sessions int
	if err := observer.DB().QueryRowContext(t.Context(), sessionsSQL).Scan(&sessions); err != nil {
		t.Fatal(err)
	}
	if most := conns + 1 + 1; sessions > most {
		t.Errorf("%d connections; the pool has %d, the canceller and the observer one each", sessions, conns)
	}
}

func backend(t *testing.T, s *store.Store) (pid int) {
	t.Helper()
	if err := s.DB().QueryRowContext(t.Context(), `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

// awaitCount polls until a count is reached.
func awaitCount(t *testing.T, s *store.Store, text string, want int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		var got int
		err := s.DB().QueryRowContext(t.Context(), text).Scan(&got)
		if err == nil && got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
}
