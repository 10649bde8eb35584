package migrations_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/migrations"
	"atelier/store/storetest"
)

func TestManyMayCallUpAtOnce(t *testing.T) {
	t.Parallel()
	single, singleDB := legacyDatabase(t)
	up(t, single)
	url, db := legacyDatabase(t)
	moreTasks(t, db, 20_000)
	rows := contents(t, db)
	errs := make([]error, 5)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = migrations.Up(t.Context(), url) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if want, got := snapshot(t, singleDB), snapshot(t, db); got != want {
		t.Errorf("five made another schema than one:\n%s", difference(want, got))
	}
	sameRows(t, db, rows)
}

func TestUpWaitsForTheOneAtWork(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	db := open(t, url)
	release := openTransaction(t, db, "SELECT pg_advisory_xact_lock(27431051700299122)")
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	if err := migrations.Up(ctx, url); err == nil || ctx.Err() == nil { // On a busy machine it may not even have connected.
		t.Errorf("Up beside another: %v, before its time was over", err)
	}
	if left := snapshot(t, db); left != "" {
		t.Errorf("it did not wait:\n%s", left)
	}
	release()
	up(t, url)

	release = openTransaction(t, db, "SELECT pg_advisory_xact_lock(27431051700299122)")
	defer release()
	up(t, url) // Nothing is pending: there is nothing to wait for.
}

func TestUpSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	before := snapshot(t, db)
	release := openTransaction(t, db, "LOCK TABLE users IN ACCESS SHARE MODE")
	ctx, stop := context.WithTimeout(t.Context(), 6*time.Second)
	defer stop()
	err := migrations.Up(ctx, url)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "adopt table users") ||
		!strings.Contains(err.Error(), "a long transaction is in the way") {
		t.Errorf("Up beside a long transaction: %v", err)
	}
	release()
	down(t, url, 0)
	if after := snapshot(t, db); after != before {
		t.Errorf("the way back differs:\n%s", difference(before, after))
	}
}

// Work must not go on over a new connection, which would not hold the lock.
func TestUpEndsWithTheConnectionThatHoldsTheLock(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	release := openTransaction(t, db, "LOCK TABLE users IN ACCESS SHARE MODE")
	done := make(chan error, 1)
	go func() { done <- migrations.Up(t.Context(), url) }()
	await(t, db, "ALTER TABLE users%")
	awaitNoWaiter(t, db, "users") // Now it pauses, and has nothing under way.
	exec(t, db, `
		SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND d.datname = current_database()`)
	release()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "the connection that held the migration lock was lost") {
		t.Errorf("Up: %v", err)
	}
	up(t, url)
}

// A concurrent build waits for older transactions. Cutting that short would leave an invalid index each time.
func TestUpLetsIndexBuildsWaitForOlderTransactions(t *testing.T) {
	t.Parallel()
	url, db := migratedDatabase(t)
	down(t, url, 14)
	release := openSnapshot(t, db)
	done := make(chan error, 1)
	go func() { done <- migrations.Up(t.Context(), url) }()
	const patient = `
		SELECT count(*)::text FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY IF NOT EXISTS%'
		  AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > $1::interval`
	longer := fmt.Sprintf("%d ms", (migrations.LockTimeout + migrations.LockTimeout/2).Milliseconds())
	poll(t, "a patient build", func() bool { return one(t, db, patient, longer) != "0" })
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A program that writes all the time, and a long transaction that keeps Up from its locks for a while: the writer
// must never queue for long, and Up must get there.
func TestUpDoesNotLockWritersOut(t *testing.T) {
	t.Parallel()
	url, db := legacyDatabase(t)
	moreTasks(t, db, 200_000)
	writing := writeTasks(t, db)
	release := openTransaction(t, db, "LOCK TABLE mj_tasks IN ACCESS SHARE MODE")
	done := make(chan error, 1)
	go func() { done <- migrations.Up(t.Context(), url) }()
	await(t, db, "ALTER TABLE mj_tasks%")
	awaitNoWaiter(t, db, "mj_tasks")
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	writes, longest := writing()
	t.Logf("%d writes, the longest took %s", writes, longest)
	if writes == 0 || longest > 3*time.Second {
		t.Errorf("%d writes, the longest took %s", writes, longest)
	}
	if found := problems(doctor(t, url)); len(found) > 0 {
		t.Errorf("problems: %+v", found)
	}
}

// awaitNoWaiter polls until nobody waits for a lock on a table any more.
func awaitNoWaiter(t *testing.T, db *sql.DB, table string) {
	t.Helper()
	const waiters = "SELECT count(*)::text FROM pg_locks WHERE relation = $1::regclass AND NOT granted"
	poll(t, "Up's letting others pass", func() bool { return one(t, db, waiters, table) == "0" })
}

// writeTasks inserts and updates tasks until the returned function is called, which tells how that went.
func writeTasks(t *testing.T, db *sql.DB) (finish func() (writes int, longest time.Duration)) {
	stop, done := make(chan struct{}), make(chan struct{})
	var writes int
	var longest time.Duration
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			start := time.Now()
			_, err := db.ExecContext(t.Context(), `
				WITH old AS (UPDATE mj_tasks SET progress = 1 - progress WHERE id = 't1')
				INSERT INTO mj_tasks (id, user_id, action, status, progress, submit_time)
				VALUES ('w' || $1::text, 'u1', 'IMAGINE', 'SUBMITTED', 0, now())`, writes)
			if err != nil {
				t.Errorf("write: %v", err)
				return
			}
			writes++
			longest = max(longest, time.Since(start))
		}
	}()
	return func() (int, time.Duration) {
		close(stop)
		<-done
		return writes, longest
	}
}

func moreTasks(t *testing.T, db *sql.DB, n int) {
	t.Helper()
	exec(t, db, `
		INSERT INTO mj_tasks (id, user_id, action, status, prompt, progress, submit_time)
		SELECT 'n' || i, 'u' || (i % 50 + 1), 'IMAGINE', 'SUCCESS', 'a lighthouse', 100, now() - i * interval '1 second'
		FROM generate_series(1, $1::int) i`, n)
}
