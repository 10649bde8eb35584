package store_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"atelier/domain"
	"atelier/store"
)

// follower is a follower whose batches are kept.
type follower struct {
	*store.Follower

	mu      sync.Mutex
	batches []domain.ChangeBatch
	states  []store.FeedState
	news    chan struct{} // Holds one value after a batch or a state.
}

// follow starts a follower that ends with the test, and waits until it hears.
func follow(t *testing.T, c store.FollowConfig) *follower {
	t.Helper()
	f := &follower{news: make(chan struct{}, 1)}
	c.Tell, c.Note = f.tell, f.note
	f.Follower = store.NewFollower(c)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	f.awaitState(t, store.FeedLive)
	return f
}

func (f *follower) tell(b domain.ChangeBatch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batches = append(f.batches, b)
	f.ring()
}

func (f *follower) note(s store.FeedState, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.states = append(f.states, s)
	f.ring()
}

func (f *follower) ring() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// await waits until something holds of the batches so far.
func (f *follower) await(t *testing.T, what string, holds func([]domain.ChangeBatch) bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		f.mu.Lock()
		held := holds(f.batches)
		f.mu.Unlock()
		if held {
			return
		}
		select {
		case <-f.news:
		case <-deadline:
			t.Fatalf("not within %v: %s; states %v", patience, what, f.states)
		}
	}
}

func (f *follower) awaitState(t *testing.T, want store.FeedState) {
	t.Helper()
	f.await(t, "the state "+string(want), func([]domain.ChangeBatch) bool {
		return len(f.states) > 0 && f.states[len(f.states)-1] == want
	})
}

// awaitChanges waits for as many changes as are wanted, and compares them. It returns the last batch.
func (f *follower) awaitChanges(t *testing.T, want ...domain.Change) domain.ChangeBatch {
	t.Helper()
	var got []domain.Change
	var last domain.ChangeBatch
	f.await(t, "the changes", func(batches []domain.ChangeBatch) bool {
		got = nil
		for _, b := range batches {
			got = append(got, b.Changes...)
			last = b
		}
		return len(got) >= len(want)
	})
	if !slices.EqualFunc(got, want, sameChange) {
		t.Errorf("told\n%+v\nnot\n%+v", got, want)
	}
	return last
}

func sameChange(a, b domain.Change) bool {
	return a.Table == b.Table && a.Kind == b.Kind && a.All == b.All &&
		slices.Equal(a.IDs, b.IDs) && slices.Equal(a.Owners, b.Owners) && slices.Equal(a.Parents, b.Parents)
}

func TestAFollowerIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	w.chats(t, "u", "c")
	f.awaitChanges(t, domain.Change{Table: domain.TableChat, Kind: domain.RowsInserted, IDs: []string{"c"}, Owners: []string{"u"}})
}

// A transaction that was open while others committed is told when it commits.
func TestALateCommitIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u", "v")
	f := follow(t, store.FollowConfig{URL: w.url})
	tx, err := w.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), `UPDATE users SET name = 'late' WHERE id = 'u'`); err != nil {
		t.Fatal(err)
	}
	w.exec(t, `UPDATE users SET name = 'early' WHERE id = 'v'`)
	early := domain.Change{Table: domain.TableUsers, Kind: domain.RowsUpdated, IDs: []string{"v"}, Owners: []string{"v"}}
	late := domain.Change{Table: domain.TableUsers, Kind: domain.RowsUpdated, IDs: []string{"u"}, Owners: []string{"u"}}
	f.awaitChanges(t, early)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	f.awaitChanges(t, early, late)
}

func TestSinceTellsWhatWasMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	w.chats(t, "u", "c")
	change := domain.Change{Table: domain.TableChat, Kind: domain.RowsInserted, IDs: []string{"c"}, Owners: []string{"u"}}
	first := f.batches[0]
	f.awaitChanges(t, change)
	batch, err := f.Since(t.Context(), first.Log, first.Next)
	tells := slices.ContainsFunc(batch.Changes, func(c domain.Change) bool { return sameChange(c, change) }) // And perhaps again what was before.
	if err != nil || batch.IsGap || !tells {
		t.Errorf("%+v, %v", batch, err)
	}
	if other, err := f.Since(t.Context(), "another log", first.Next); err != nil || !other.IsGap {
		t.Errorf("of another log: %+v, %v", other, err)
	}
}

func TestTheEpochMovesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := follow(t, store.FollowConfig{URL: w.url})
	first, err := w.CacheEpoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if next, err := w.NextCacheEpoch(t.Context(), first); err != nil || next != first+1 {
			t.Errorf("passed to %d, %v", next, err)
		}
	}
	f.await(t, "the new epoch", func(batches []domain.ChangeBatch) bool {
		return len(batches) > 0 && batches[len(batches)-1].Epoch == first+1
	})
}
