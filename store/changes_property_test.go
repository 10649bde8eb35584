package store_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"atelier/domain"
	"atelier/store"
)

// commits is what the writers have committed: when, at the latest, by ids of chats.
type commits struct {
	mu  sync.Mutex
	ids map[string]time.Time
}

// Writers commit in any order, out of transactions that are long or short, with savepoints that are rolled back, while connections of the
// feed are killed. What was committed is told exactly once, what was not is not told, and a batch that began after a commit comes after
// what that commit did was told.
func TestWhatIsCommittedIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	first := f.last()
	done := commits{ids: map[string]time.Time{}}
	var writers sync.WaitGroup
	for n := range 8 {
		writers.Go(func() { done.write(t, w, n) })
	}
	for range 5 {
		w.exec(t, `SELECT pg_sleep(0.1), pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'atelier changes'`)
	}
	writers.Wait()
	f.await(t, "all that was committed", func(batches []domain.ChangeBatch) bool { return len(toldIn(batches)) >= len(done.ids) })
	f.mu.Lock()
	defer f.mu.Unlock()
	done.check(t, f.batches)
	done.checkReplay(t, f, first)
}

// write runs transactions, each of which leaves a chat or none.
func (c *commits) write(t *testing.T, w *world, writer int) {
	for n := range 25 {
		id := fmt.Sprintf("%d-%d", writer, n)
		tx, err := w.db.Begin()
		if err != nil {
			t.Error(err)
			return
		}
		insert := func(id string) {
			if _, err := tx.Exec(`INSERT INTO chat (id, user_id, title) VALUES ($1, 'u', 't')`, id); err != nil {
				t.Error(err)
			}
		}
		if rand.IntN(3) == 0 {
			_, _ = tx.Exec(`SAVEPOINT s`)
			insert(id + "-undone")
			_, _ = tx.Exec(`ROLLBACK TO s`)
		}
		_, _ = tx.Exec(`SELECT pg_sleep($1)`, rand.Float64()*0.05)
		insert(id)
		_, _ = tx.Exec(`SELECT pg_sleep($1)`, rand.Float64()*0.05*float64(rand.IntN(3)))
		if rand.IntN(5) == 0 {
			_ = tx.Rollback()
			continue
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		c.mu.Lock()
		c.ids[id] = time.Now()
		c.mu.Unlock()
	}
}

// toldIn counts how often each id was told.
func toldIn(batches []domain.ChangeBatch) map[string]int {
	told := map[string]int{}
	for _, b := range batches {
		for _, change := range b.Changes {
			for _, id := range change.IDs {
				told[id]++
			}
		}
	}
	return told
}

func (c *commits) check(t *testing.T, batches []domain.ChangeBatch) {
	t.Helper()
	told := toldIn(batches)
	for id := range c.ids {
		if told[id] != 1 {
			t.Errorf("%s was told %d times", id, told[id])
		}
	}
	if len(told) != len(c.ids) {
		t.Errorf("told %d of %d", len(told), len(c.ids))
	}
	seen := map[string]bool{}
	var position domain.LogPosition
	for _, b := range batches {
		for _, change := range b.Changes {
			for _, id := range change.IDs {
				seen[id] = true
			}
		}
		for id, committed := range c.ids {
			if committed.Before(b.AsOf) && !seen[id] {
				t.Errorf("%s, committed %v before a batch, was not told by then", id, b.AsOf.Sub(committed))
			}
		}
		if b.Next < position || b.IsGap {
			t.Errorf("%d after %d, gap %t", b.Next, position, b.IsGap)
		}
		position = b.Next
	}
}

// checkReplay reads from where each batch ended: it finds all that was told later.
func (c *commits) checkReplay(t *testing.T, f *follower, first domain.ChangeBatch) {
	t.Helper()
	for i := 0; i < len(f.batches); i += 1 + len(f.batches)/10 {
		again, err := f.Since(t.Context(), first.Log, f.batches[i].Next)
		if err != nil || again.IsGap {
			t.Fatalf("%+v, %v", again, err)
		}
		found := toldIn([]domain.ChangeBatch{again})
		for id := range toldIn(f.batches[i+1:]) {
			if found[id] != 1 {
				t.Errorf("%s was told after batch %d, and %d times again", id, i, found[id])
			}
		}
	}
}
