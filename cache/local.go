package cache

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/ristretto/v2"
	"github.com/eko/gocache/lib/v4/store"
	inprocess "github.com/eko/gocache/store/ristretto/v4"
)

// local is the tier in this process: gocache's store over ristretto, with the item's age checked whenever one goes in or comes out.
// It implements store.StoreInterface.
type local struct {
	*inprocess.RistrettoStore[string, *item]

	memory  *ristretto.Cache[string, *item]
	ages    *ages
	now     func() time.Time
	evicted atomic.Uint64
}

// counted is the number of keys whose popularity is known, for each byte of room: ten for each item that may be there.
const countedPerByte = 10.0 / 1024

func newLocal(bytes int64, ages *ages, now func() time.Time) (*local, error) {
	l := &local{ages: ages, now: now}
	memory, err := ristretto.NewCache(&ristretto.Config[string, *item]{
		NumCounters: max(int64(float64(bytes)*countedPerByte), 1000), MaxCost: bytes, BufferItems: 64,
		KeyToHash: func(k string) (uint64, uint64) { return key(k).hashes() },
		OnEvict: func(victim *ristretto.Item[*item]) {
			if victim.Expiration.IsZero() { // Or else it had expired.
				l.evicted.Add(1)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	l.memory, l.RistrettoStore = memory, inprocess.NewRistretto[string, *item](memory)
	return l, nil
}

// find returns the item under a key, if it may be served.
func (l *local) find(k key, now time.Time) (*item, bool) {
	it, found := l.memory.Get(string(k))
	if !found || it == nil || it.key != k || !now.Before(it.expires) || !l.ages.admits(k, it.read) {
		return nil, false
	}
	return it, true
}

var errNotThere = store.NotFoundWithCause(errors.New("not in this process"))

// Get implements store.StoreInterface.
func (l *local) Get(_ context.Context, k any) (any, error) {
	it, found := l.find(key(k.(string)), l.now())
	if !found {
		return nil, errNotThere
	}
	return it, nil
}

// GetWithTTL implements store.StoreInterface.
func (l *local) GetWithTTL(ctx context.Context, k any) (any, time.Duration, error) {
	it, err := l.Get(ctx, k)
	if err != nil {
		return nil, 0, err
	}
	return it, it.(*item).expires.Sub(l.now()), nil
}

// Set implements store.StoreInterface. Options do not count: an item knows its size and when it expires, whatever the chain says
// that promotes it; and one that is too old by then is not taken.
func (l *local) Set(ctx context.Context, k, value any, _ ...store.Option) error {
	it := value.(*item)
	left := it.expires.Sub(l.now())
	if left <= 0 || !l.ages.admits(it.key, it.read) {
		return nil
	}
	_ = l.RistrettoStore.Set(ctx, k, it, store.WithCost(it.size), store.WithExpiration(left)) // It may have no room for it.
	return nil
}

// drop frees the memory of what changed; it is not served in any case.
func (l *local) drop(changed changed) {
	for k := range changed.keys {
		l.memory.Del(string(k))
	}
}

// used is how many bytes the items take.
func (l *local) used() int64 { return l.memory.MaxCost() - l.memory.RemainingCost() }

func (l *local) close() { l.memory.Close() }
