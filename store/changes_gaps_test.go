package store_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"atelier/domain"
	"atelier/store"
)

// since reads from a place and fails the test unless there is a gap, or none.
func (f *follower) since(t *testing.T, b domain.ChangeBatch, isGap bool) domain.ChangeBatch {
	t.Helper()
	found, err := f.Since(t.Context(), b.Log, b.Next)
	if err != nil || found.IsGap != isGap {
		t.Errorf("since %s %d: %+v, %v", b.Log, b.Next, found, err)
	}
	return found
}

func (f *follower) last() domain.ChangeBatch {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.batches[len(f.batches)-1]
}

func TestWhatTheLogHasForgottenIsAGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	old := f.last()
	f.awaitChanges(t, w.rename(t, "u"))
	f.since(t, old, false)
	w.exec(t, `UPDATE atelier_change_log SET at = at - interval '61 minutes'`)
	w.awaitTrue(t, `SELECT atelier_prune_changes() >= 0 AND NOT EXISTS (SELECT FROM atelier_change_log)`) // Other tests' transactions may be in the way.
	now := f.last()
	f.await(t, "a newer batch", func([]domain.ChangeBatch) bool { return f.batches[len(f.batches)-1].Next > now.Next })
	f.since(t, f.last(), false) // The log is empty, and knows what it held.
	if gap := f.since(t, old, true); gap.Log != old.Log || gap.Next <= old.Next {
		t.Errorf("goes on at %+v", gap)
	}
	behind := follow(t, store.FollowConfig{URL: w.url, Log: old.Log, From: old.Next})
	if first := behind.batches[0]; !first.IsGap || slices.ContainsFunc(behind.batches[1:], func(b domain.ChangeBatch) bool { return b.IsGap }) {
		t.Errorf("the first batch of one that comes late: %+v", first)
	}
	f.since(t, domain.ChangeBatch{Log: old.Log, Next: math.MaxUint64 / 2}, true) // As after a backup was restored.
}

// TestACopyHasALogOfItsOwn: databases of tests are copies of one, as a staging database may be of the production's. What was noted of
// one, in a Redis that both use, must not be taken for the other's.
func TestACopyHasALogOfItsOwn(t *testing.T) {
	t.Parallel()
	one, other := follow(t, store.FollowConfig{URL: newWorld(t).url}), follow(t, store.FollowConfig{URL: newWorld(t).url})
	if one.last().Log == other.last().Log {
		t.Errorf("both logs are %s", one.last().Log)
	}
	other.since(t, one.last(), true)
}

// TestARestoredLogIsRelieved of what it tells of another server's transactions, which this one has not come to yet.
func TestARestoredLogIsRelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	w.exec(t, `UPDATE atelier_change_feed SET pruned_through = '4000000000000';
		INSERT INTO atelier_change_log (transaction_id, table_name, kind, is_all) VALUES ('4000000000001', 'users', 'UPDATE', true)`)
	f.await(t, "a gap", func(batches []domain.ChangeBatch) bool { return batches[len(batches)-1].IsGap })
	w.awaitTrue(t, `SELECT atelier_prune_changes() >= 0 AND NOT EXISTS (SELECT FROM atelier_change_log WHERE transaction_id > '4000000000000')`)
	f.await(t, "no gap any more", func(batches []domain.ChangeBatch) bool { return !batches[len(batches)-1].IsGap })
	from := f.last()
	change := w.rename(t, "u")
	f.await(t, "a change", func(batches []domain.ChangeBatch) bool {
		return slices.ContainsFunc(batches, func(b domain.ChangeBatch) bool {
			return !b.IsGap && slices.EqualFunc(b.Changes, []domain.Change{change}, sameChange)
		})
	})
	f.since(t, from, false)
	w.exec(t, `BEGIN; UPDATE users SET name = 'mine'; SELECT atelier_prune_changes(); COMMIT`) // Its own transaction is no other server's.
	w.awaitTrue(t, `SELECT count(*) = 1 FROM atelier_change_log WHERE transaction_id = (SELECT max(transaction_id) FROM atelier_change_log)`)
	f.since(t, from, false)
}

func TestPruningLeavesWhatIsNeeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	open := w.lock(t, `INSERT INTO chat (id, user_id, title) VALUES ('c', 'u', 'late')`)
	w.exec(t, `UPDATE users SET name = 'after'; UPDATE atelier_change_log SET at = at - interval '2 hours'`)
	w.awaitTrue(t, `SELECT atelier_prune_changes() >= 0 AND (SELECT array_agg(kind) FROM atelier_change_log) = '{UPDATE}'`)
	open()
	w.exec(t, `UPDATE users SET name = 'young'`)
	const left = `SELECT atelier_prune_changes() >= 0 AND (SELECT array_agg(table_name ORDER BY transaction_id) FROM atelier_change_log) = $1`
	w.awaitTrue(t, left, `{chat,users,users}`) // The chat is young, and nothing after it goes before it.
	w.exec(t, `UPDATE atelier_change_log SET at = at - interval '2 hours' WHERE table_name = 'chat'`)
	w.awaitTrue(t, left, `{users}`)
	if err := w.PruneChanges(t.Context()); err != nil {
		t.Error(err)
	}
	w.exec(t, `BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM users; SELECT atelier_prune_changes(); COMMIT`)
}

// While a trigger is away nothing is told, and no batch says otherwise; afterwards anything may have changed.
func TestMissingTriggersAreAGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	w.exec(t, `ALTER TABLE users DISABLE TRIGGER atelier_tell_update`)
	f.awaitState(t, store.FeedBlind)
	f.mu.Lock()
	told := len(f.batches)
	f.mu.Unlock()
	w.exec(t, `UPDATE users SET name = 'untold'`)
	if _, err := f.Since(t.Context(), f.last().Log, f.last().Next); domain.CodeOf(err) != domain.Unavailable {
		t.Errorf("since: %v", err)
	}
	w.exec(t, `ALTER TABLE users ENABLE TRIGGER atelier_tell_update`)
	f.awaitState(t, store.FeedLive)
	if first := f.batches[told]; !first.IsGap {
		t.Errorf("the first batch afterwards: %+v", first)
	}
	w.exec(t, `BEGIN; ALTER TABLE users DISABLE TRIGGER USER; UPDATE users SET name = 'repaired'; ALTER TABLE users ENABLE TRIGGER USER; COMMIT`)
	f.await(t, "a second gap", func([]domain.ChangeBatch) bool { return f.Stats().Gaps == 2 })
}

// What would be long is a wildcard, and what others hold is not folded with it.
func TestManyChangesFoldIntoAWildcard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	old := f.last()
	w.exec(t, `DO $$ BEGIN FOR i IN 1..6000 LOOP INSERT INTO chat (id, user_id, title) VALUES ('c' || i, 'u', 't'); END LOOP; END $$`)
	f.await(t, "the chats", func(batches []domain.ChangeBatch) bool {
		return slices.ContainsFunc(batches, func(b domain.ChangeBatch) bool { return len(b.Changes) > 0 })
	})
	w.rename(t, "u")
	all := f.since(t, old, false)
	var kinds []string
	for _, c := range all.Changes[max(0, len(all.Changes)-2):] {
		kinds = append(kinds, fmt.Sprintf("%s %t %d", c.Table, c.All, len(c.IDs)))
	}
	if !slices.Equal(kinds, []string{"chat true 0", "users false 1"}) {
		t.Errorf("%q", kinds)
	}
}
