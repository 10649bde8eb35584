package transport_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/graph/transport"
)

// waitingSQL counts statements of others that wait for a lock.
const waitingSQL = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'`

const aQuery = `{"query":"{users{nodes{id}}}"}`

// TestTheDeadlineStopsTheStatement has a statement wait for a lock that is never let go of.
func TestTheDeadlineStopsTheStatement(t *testing.T) {
	s := newServed(t, transport.Settings{Deadline: 300 * time.Millisecond}, io.Discard)
	post(t, s, aQuery) // Connections and statements are ready.
	db, calm := s.open(t), runtime.NumGoroutine()
	lock(t, db)
	start := time.Now()
	got := post(t, s, aQuery)
	if got.code() != "TIMEOUT" || got.Errors[0].Extensions["retryable"] != true {
		t.Errorf("%s", got.body)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("answered after %v", took)
	}
	await(t, "a statement is waiting still", 2*time.Second, func() bool { return count(t, db, waitingSQL) == 0 })
	awaitGoroutines(t, calm+2) // The lock's connection has its own.
}

// TestTheClientsLeavingStopsTheStatements has a crowd leave while its statements wait.
func TestTheClientsLeavingStopsTheStatements(t *testing.T) {
	s := newServed(t, transport.Settings{Deadline: time.Minute}, io.Discard)
	server := httptest.NewServer(s)
	defer server.Close()
	post(t, s, aQuery)
	db, calm := s.open(t), runtime.NumGoroutine()
	lock(t, db)
	ctx, leave := context.WithCancel(t.Context())
	client := &http.Client{Transport: &http.Transport{}}
	const crowd = 8
	var all sync.WaitGroup
	for range crowd {
		all.Go(func() { ask(ctx, client, server.URL) })
	}
	await(t, "the statements do not begin", 20*time.Second, func() bool { return count(t, db, waitingSQL) == crowd })
	leave()
	all.Wait()
	await(t, "statements are waiting still", 2*time.Second, func() bool { return count(t, db, waitingSQL) == 0 })
	client.CloseIdleConnections()
	awaitGoroutines(t, calm+crowd+4) // The pool keeps its connections, each of which may have one.
}

func ask(ctx context.Context, client *http.Client, url string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(aQuery))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "application/json")
	if response, err := client.Do(request); err == nil {
		_ = response.Body.Close()
	}
}

// lock keeps everyone from reading users until the test has ended.
func lock(t *testing.T, db *sql.DB) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	if _, err := tx.ExecContext(t.Context(), `LOCK TABLE users IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// await polls until something is so; it should be within the time, and the test fails long after it.
func await(t *testing.T, otherwise string, within time.Duration, isSo func() bool) {
	t.Helper()
	start := time.Now()
	for !isSo() {
		if time.Since(start) > 10*within {
			t.Fatalf("%s after %v", otherwise, time.Since(start))
		}
		runtime.Gosched()
	}
	if took := time.Since(start); took > within {
		t.Logf("%s for %v; it should be %v at most", otherwise, took, within)
	}
}

func awaitGoroutines(t *testing.T, most int) {
	t.Helper()
	start := time.Now()
	for runtime.NumGoroutine() > most {
		if time.Since(start) > 20*time.Second {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d at most\n%s", runtime.NumGoroutine(), most, stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}

// TestFailuresOfTheDatabaseAreHidden: neither SQL nor an address is in the answer; the log has both under the id.
func TestFailuresOfTheDatabaseAreHidden(t *testing.T) {
	var log strings.Builder
	s := newServed(t, transport.Settings{}, &log)
	if _, err := s.open(t).ExecContext(t.Context(), `ALTER TABLE chat RENAME TO hidden_table`); err != nil {
		t.Fatal(err)
	}
	got := post(t, s, `{"query":"{users(first:50){nodes{id chats{nodes{id}}}}}"}`)
	if got.code() != "INTERNAL" || len(got.Errors) != 50 {
		t.Fatalf("%d errors: %.500s", len(got.Errors), got.body)
	}
	for _, secret := range []string{"chat\"", "relation", "pq:", "SELECT", "hidden", "42P01", "5432", "/tmp", ".go", "goroutine"} {
		if strings.Contains(strings.ReplaceAll(got.body, `"chats"`, ""), secret) {
			t.Errorf("the answer tells %q: %.500s", secret, got.body)
		}
	}
	id := fmt.Sprint(got.Errors[0].Extensions["errorId"])
	if lines := strings.Count(log.String(), "error_id="+id); lines < 1 || lines > 10 || !strings.Contains(log.String(), "42P01") && !strings.Contains(log.String(), "does not exist") {
		t.Errorf("the log has the id %d times:\n%.1000s", lines, log.String())
	}
	if got.Errors[49].Extensions["errorId"] != id {
		t.Errorf("one failure has several ids: %v and %v", id, got.Errors[49].Extensions["errorId"])
	}
}
