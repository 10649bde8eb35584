package cache

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"atelier/domain"
)

const (
	// deleteAtOnce bounds the keys of one script.
	deleteAtOnce = 1000
	// sessionLasts is how long Redis keeps a replica's proof; it is renewed every renewSession.
	sessionLasts = 10 * time.Minute
	renewSession = time.Minute
	// stateLasts is how long what Redis knows outlives the last replica.
	stateLasts = 7 * 24 * time.Hour
	// joinEvery is how often a replica without standing tries to gain it.
	joinEvery = 250 * time.Millisecond
	// replayLimit is how long reading the log of changes may take.
	replayLimit = 10 * time.Second
)

// Feed is what the database offers beside the changes that it tells.
type Feed struct {
	// Since reads what has changed from a position of a log on. IsGap says that this is not known any more.
	Since func(context.Context, domain.LogID, domain.LogPosition) (domain.ChangeBatch, error)
	// NextEpoch moves the epoch of keys beyond one that is not to be trusted, and returns the new one.
	NextEpoch func(ctx context.Context, stale int64) (int64, error)
}

// trust knows whether Redis may be believed: while it has every deletion of ours, which it proves by the session's count.
//
// What changes is deleted at once while this replica has standing. To gain standing it brings Redis up to date (join): Redis knows up to
// which position of the log of changes everything was deleted in it, by whichever replica; what the log has from there on is
// deleted now. Where the log does not reach back as far, a new epoch begins, in which no value is from before.
type trust struct {
	door     *Door
	prefix   string
	database string // In names of what lives by its lifetime alone.
	ages     *ages
	feed     *Feed // Nil: values live by their lifetimes alone.
	now      func() time.Time
	log      *slog.Logger
	observe  Observer

	standing atomic.Pointer[standing] // Nil: Redis is not used.
	wake     chan struct{}            // Ends the wait for the next try to join.

	mu        sync.Mutex
	told      domain.ChangeBatch // The last, without its changes; its Next and Epoch are the highest known.
	isTold    bool
	isJoining bool
	pending   changed   // What was told while joining.
	proven    time.Time // When Redis last counted a deletion.
	reason    *string   // Why Redis is not used, as it was logged; "" where it is, nil before anything was.
}

// standing is a replica's place in Redis, and how often it has deleted there.
type standing struct {
	state, session string // Names of keys.
	values         string // What names of values begin with.
	inc            string
	epoch          int64
	deletions      uint64
	upTo           domain.LogPosition // Everything before is deleted.
}

func (s *standing) nameOf(k key) string { return s.namesOf(nil, []key{k})[0] }

// namesOf adds the names of keys of one entry, which are all of one length: they share their memory.
func (s *standing) namesOf(names []string, keys []key) []string {
	var text []byte
	for _, k := range keys {
		text = k.appendHash(append(append(append(text, s.values...), k.spec().name...), ':'))
	}
	all, size := string(text), len(text)/len(keys)
	for i := range keys {
		names = append(names, all[i*size:(i+1)*size])
	}
	return names
}

// isProven reports whether what readScript answered comes from a Redis that has all of our deletions.
func (s *standing) isProven(reply []any) bool {
	inc, _ := reply[0].(string)
	session, _ := reply[1].(string)
	deletions, err := strconv.ParseUint(session, 10, 64)
	return inc == s.inc && err == nil && deletions >= s.deletions
}

// tell deletes in Redis what changed. Where that fails, or there is no standing, Redis is not used until join has made up for it.
//
// A value that is read from Redis has the age of before the reader looked at the standing. So whoever calls this notes the change
// afterwards as well (ages.note): what was read before it was deleted is too old then, also where the deletion failed.
func (t *trust) tell(ctx context.Context, batch domain.ChangeBatch, c changed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.note(batch)
	switch s := t.standing.Load(); {
	case s != nil && batch.IsGap:
		t.lose("changes were missed")
	case s != nil && s.epoch != t.told.Epoch:
		t.lose("the epoch of its keys is over")
	case s != nil:
		t.delete(ctx, s, c)
	case t.isJoining:
		t.pending.merge(c)
	}
}

// note notes where the log of changes stands.
func (t *trust) note(batch domain.ChangeBatch) {
	if t.isTold && !batch.IsGap {
		batch.Next, batch.Epoch = max(batch.Next, t.told.Next), max(batch.Epoch, t.told.Epoch)
	}
	batch.Changes = nil
	t.told, t.isTold = batch, true
}

// delete deletes what changed, if there is anything to be said. The caller holds mu.
func (t *trust) delete(ctx context.Context, s *standing, c changed) {
	isKnown := s.deletions > 0 && s.upTo == t.told.Next && t.now().Sub(t.proven) < renewSession
	if isKnown && c.isEmpty() {
		return
	}
	next, err := t.prove(ctx, s, c)
	if err != nil {
		t.lose(err.Error())
		return
	}
	t.proven = t.now()
	t.standing.Store(next)
	t.report("")
}

// prove deletes what changed and has Redis count that.
func (t *trust) prove(ctx context.Context, s *standing, c changed) (*standing, error) {
	names, err := t.deleteMost(ctx, s, c)
	if err != nil {
		return nil, err
	}
	next := *s
	next.deletions++
	next.upTo = t.told.Next
	expected := ""
	if s.deletions > 0 {
		expected = position(s.deletions)
	}
	args := []any{s.inc, position(next.upTo), expected, position(next.deletions), sessionLasts.Milliseconds(), stateLasts.Milliseconds()}
	for _, entry := range c.entries {
		args = append(args, eraOf(entries[entry]))
	}
	reply, err := t.run(ctx, deleteScript, append([]string{s.state, s.session}, names...), args...)
	if err != nil {
		return nil, err
	}
	if isDone, _ := reply[0].(int64); isDone != 1 {
		return nil, errForgotten
	}
	return &next, nil
}

var errForgotten = errors.New("it has lost what it knew")

// deleteMost deletes all of what changed but what fits into one script, and returns the names of the rest.
func (t *trust) deleteMost(ctx context.Context, s *standing, c changed) ([]string, error) {
	names := make([]string, 0, len(c.keys))
	for k := range c.keys {
		names = append(names, s.nameOf(k))
	}
	for len(names) > deleteAtOnce {
		err := t.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
			return client.Del(ctx, names[:deleteAtOnce]...).Err()
		})
		if err != nil {
			return nil, err
		}
		names = names[deleteAtOnce:]
	}
	return names, nil
}

// distrust gives up a standing that Redis does not prove any more.
func (t *trust) distrust(s *standing, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.standing.Load(); s != nil && now != nil && now.session == s.session {
		t.lose(reason)
	}
}

// lose gives up the standing. The caller holds mu.
func (t *trust) lose(reason string) {
	t.standing.Store(nil)
	t.report(reason)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// report logs whether Redis is used, where that changes. The caller holds mu.
func (t *trust) report(reason string) {
	switch {
	case t.reason != nil && (reason == "") == (*t.reason == ""):
	case reason == "":
		t.log.Info("the cache uses redis")
	default:
		t.log.Warn("the cache does without redis", "reason", reason)
	}
	t.reason = &reason
}

// run runs a script whose answer is a list.
func (t *trust) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (reply []any, err error) {
	err = t.do(ctx, func(ctx context.Context, client redis.UniversalClient) (err error) {
		reply, err = script.Run(ctx, client, keys, args...).Slice()
		return err
	})
	return reply, err
}

// do lets use send commands to Redis, and tells where that fails.
func (t *trust) do(ctx context.Context, use func(context.Context, redis.UniversalClient) error) error {
	err := t.door.Do(ctx, use)
	if err != nil && !isAtRest(err) {
		t.observe.Fault(faultOf(err))
	}
	return err
}

// newName is a name that nobody else has.
func newName() string { return rand.Text() }
