package store_test

import (
	"database/sql"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atelier/migrations"
	"atelier/store/storetest"
)

// feedWrites are statements of other programs; $1 is a number that no other one has.
var feedWrites = []struct {
	name, statement string
}{
	{"insert 1", `INSERT INTO message (id, chat_id, user_id, role, content) VALUES ($1, 'c', 'u1', 'user', repeat('word ', 100))`},
	{"update 1", `UPDATE mj_tasks SET progress = ($1::bigint % 100)::int, updated_at = now() WHERE id = 't' || ($1::bigint % 10000)`},
	{"update 100", `UPDATE mj_tasks SET progress = ($1::bigint % 100)::int WHERE id IN (SELECT 't' || ($1::bigint * 100 + i) % 10000 FROM generate_series(1, 100) i)`},
	{"update 10000", `UPDATE mj_tasks SET progress = ($1::bigint % 100)::int`},
	{"update 0", `UPDATE mj_tasks SET progress = 1 WHERE id = $1`},
}

// BenchmarkFeedOnWrites measures what the change feed costs those who write: the same statements on two databases, with the feed and
// without it, taking turns. Without TEST_DATABASE_URL nothing is written to disk, which makes the rest look dear.
func BenchmarkFeedOnWrites(b *testing.B) {
	with, without := writtenTo(b, true), writtenTo(b, false)
	for _, clients := range []int{1, 8} {
		for _, w := range feedWrites {
			if clients > 1 && w.name == "update 10000" {
				continue // They would wait for each other's rows.
			}
			b.Run(fmt.Sprintf("%d clients/%s", clients, w.name), func(b *testing.B) {
				written, unwritten := prepare(b, with, w.statement), prepare(b, without, w.statement)
				var on, off time.Duration
				for b.Loop() {
					off += writeTogether(b, unwritten, clients)
					on += writeTogether(b, written, clients)
				}
				each := float64(b.N * clients)
				b.ReportMetric(float64(on)/float64(off), "ratio")
				b.ReportMetric(float64(on.Microseconds())/each, "µs-on")
				b.ReportMetric(float64(off.Microseconds())/each, "µs-off")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// writtenTo returns a connection to a database with rows to write to.
func writtenTo(b *testing.B, feed bool) *sql.DB {
	b.Helper()
	url := storetest.New(b)
	if err := migrations.SetFeed(b.Context(), url, feed); err != nil {
		b.Fatal(err)
	}
	db := connect(b, url)
	db.SetMaxIdleConns(8)
	if _, err := db.Exec(`INSERT INTO users (id, name, email) VALUES ('u1', 'n', 'e'); INSERT INTO chat (id, user_id, title) VALUES ('c', 'u1', 't');
		INSERT INTO mj_tasks (id, user_id, action) SELECT 't' || i, 'u1', 'IMAGINE' FROM generate_series(0, 9999) i; ANALYZE`); err != nil {
		b.Fatal(err)
	}
	return db
}

func prepare(b *testing.B, db *sql.DB, statement string) *sql.Stmt {
	b.Helper()
	stmt, err := db.PrepareContext(b.Context(), statement)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stmt.Close() })
	return stmt
}

var numbers atomic.Int64 // Given out so far.

// writeTogether runs a statement as several clients at once, each on a connection of its own, and returns how long they took.
func writeTogether(b *testing.B, stmt *sql.Stmt, clients int) time.Duration {
	b.Helper()
	var all sync.WaitGroup
	start := time.Now()
	for range clients {
		all.Go(func() {
			if _, err := stmt.Exec(strconv.FormatInt(numbers.Add(1), 10)); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	return time.Since(start)
}
