package cache

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/eko/gocache/lib/v4/store"
	"github.com/redis/go-redis/v9"
)

const (
	// leaseLasts is how long a reader may take from its miss in Redis until its value is written there. It must exceed loadLimit.
	leaseLasts = 15 * time.Second
	// readAtOnce bounds the keys of one script: Redis does nothing else meanwhile.
	readAtOnce = 500
)

// sharedTier is the tier that replicas share. It implements store.StoreInterface. Without standing in Redis (trust.go) nothing is found in it, and
// nothing is kept.
type sharedTier struct {
	trust

	fills    chan fill
	underWay atomic.Int64 // Fills that were sent off and are not done.
}

// missed says that there is nothing under a key, and holds the lease to fill it, if there is one.
type missed struct{ lease *lease }

func (*missed) Error() string { return store.NOT_FOUND_ERR }

// lease is the right to write a value that was read after it was taken out.
type lease struct {
	standing *standing
	ticket   ticket
	era      string
}

// answer is what Redis has under a key.
type answer struct {
	item  *item  // nil: a miss.
	lease *lease // nil where somebody else is reading the value already.
}

// read reads items of one entry, and takes out leases for those that are not there. It fails where Redis does.
func (t *sharedTier) read(ctx context.Context, keys []key) ([]answer, error) {
	answers := make([]answer, len(keys))
	for from := 0; from < len(keys); from += readAtOnce {
		to := min(from+readAtOnce, len(keys))
		if err := t.readSome(ctx, keys[from:to], answers[from:to]); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// errNoStanding says that Redis cannot be trusted now.
var errNoStanding = errors.New("redis is not up to date yet")

func (t *sharedTier) readSome(ctx context.Context, keys []key, answers []answer) error {
	before := t.ages.now() // Before the standing: see trust.tell.
	standing := t.standing.Load()
	if standing == nil {
		return errNoStanding
	}
	names, taken := make([]string, 0, 2+len(keys)), newTicket()
	names = append(names, standing.state, standing.session)
	names = standing.namesOf(names, keys)
	reply, err := t.run(ctx, readScript, names, standing.inc, eraOf(keys[0].spec()), string(taken), leaseLasts.Milliseconds())
	if err != nil {
		return err
	}
	if len(reply) < 3 || !standing.isProven(reply) {
		t.distrust(standing, "it has lost what was deleted in it")
		return errNoStanding
	}
	ours, now := &lease{standing, taken, reply[2].(string)}, t.now()
	for i, k := range keys {
		answers[i] = readAnswer(k, at(reply, i+3), ours, before, now)
	}
	return nil
}

// at is an element of a reply, which ends with its last that is not nil.
func at(reply []any, i int) any {
	if i < len(reply) {
		return reply[i]
	}
	return nil
}

// readAnswer reads what Redis has under a key. What cannot be read is replaced as if it were to be refreshed.
func readAnswer(k key, reply any, ours *lease, before age, now time.Time) answer {
	text, _ := reply.(string)
	if text == string(rune(sharedLease)) {
		return answer{lease: ours}
	}
	if it, ok := readItem(k, []byte(text), before, now); ok {
		return answer{item: it}
	}
	return answer{}
}

// fill is a value on its way to Redis.
type fill struct {
	name     string
	expected ticket
	text     []byte
	lasts    time.Time
}

// fillsAtOnce bounds a pipeline, fillsWaiting what waits for one: beyond that values are not written.
const (
	fillsAtOnce  = 64
	fillsWaiting = 4096
)

// send sends the item off to Redis, in the background, if it is packed for that. It is written if the lease still holds by then. Without a Redis (nil)
// nothing is packed.
func (t *sharedTier) send(it *item) {
	out := it.out
	if out == nil {
		return
	}
	it.out = nil
	t.underWay.Add(1)
	select {
	case t.fills <- *out:
	default:
		t.underWay.Add(-1)
	}
}

// fillAll writes what is sent off, until ctx ends.
func (t *sharedTier) fillAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-t.fills:
			t.fillSome(ctx, t.more(first))
		}
	}
}

// more is a fill and those that wait as well.
func (t *sharedTier) more(first fill) []fill {
	fills := []fill{first}
	for len(fills) < fillsAtOnce {
		select {
		case next := <-t.fills:
			fills = append(fills, next)
		default:
			return fills
		}
	}
	return fills
}

func (t *sharedTier) fillSome(ctx context.Context, fills []fill) {
	defer t.underWay.Add(-int64(len(fills)))
	now := t.now()
	_ = t.do(ctx, func(ctx context.Context, client redis.UniversalClient) error {
		_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, f := range fills {
				fillScript.Eval(ctx, p, []string{f.name}, string(f.expected), f.text, max(f.lasts.Sub(now).Milliseconds(), 1))
			}
			return nil
		})
		return err
	})
}

// faultOf names what went wrong, for metrics.
func faultOf(err error) string {
	switch {
	case isFull(err):
		return "full"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return "timeout"
	}
	return "error"
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// Get implements store.StoreInterface.
func (t *sharedTier) Get(ctx context.Context, k any) (any, error) {
	answers, err := t.read(ctx, []key{readKey(k.(string))})
	if err != nil {
		return nil, err
	}
	if answers[0].item == nil {
		return nil, &missed{answers[0].lease}
	}
	return answers[0].item, nil
}

// GetWithTTL implements store.StoreInterface, in one round trip: items know when they expire.
func (t *sharedTier) GetWithTTL(ctx context.Context, k any) (any, time.Duration, error) {
	it, err := t.Get(ctx, k)
	if err != nil {
		return nil, 0, err
	}
	return it, it.(*item).expires.Sub(t.now()), nil
}

// Set implements store.StoreInterface. The item is written if it was read under a lease.
func (t *sharedTier) Set(_ context.Context, _, value any, _ ...store.Option) error {
	t.send(value.(*item))
	return nil
}

// Delete implements store.StoreInterface. What changed is deleted by told, with proof; there is no other way.
func (*sharedTier) Delete(context.Context, any) error { return errByChangesAlone }

// Invalidate implements store.StoreInterface: see Delete.
func (*sharedTier) Invalidate(context.Context, ...store.InvalidateOption) error {
	return errByChangesAlone
}

// Clear implements store.StoreInterface: see Delete.
func (*sharedTier) Clear(context.Context) error { return errByChangesAlone }

// GetType implements store.StoreInterface.
func (*sharedTier) GetType() string { return "redis" }

var errByChangesAlone = fmt.Errorf("values are dropped by changes alone: %w", store.ErrNotSupported)

func eraOf(s *spec) string { return "e:" + s.name + ":" + s.shape }

func position[N ~uint64](n N) string { return strconv.FormatUint(uint64(n), 10) }
