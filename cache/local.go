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
	*inprocess.RistrettoStore[uint64, *item]

	memory  *ristretto.Cache[uint64, *item] // By the first half of keys: an item knows the whole.
	ages    *ages
	now     func() time.Time
	evicted atomic.Uint64
}

// counted is the number of keys whose popularity is known, for each byte of room: ten for each item that may be there.
const countedPerByte = 10.0 / 1024

func newLocal(bytes int64, ages *ages, now func() time.Time) (*local, error) {
	l := &local{ages: ages, now: now}
	memory, err := ristretto.NewCache(&ristretto.Config[uint64, *item]{
		NumCounters: max(int64(float64(bytes)*countedPerByte), 1000), MaxCost: bytes, BufferItems: 64,
		KeyToHash: func(k uint64) (uint64, uint64) { return k, 0 }, // It is a hash already.
		OnEvict: func(victim *ristretto.Item[*item]) {
			if victim.Expiration.IsZero() { // Or else it had expired.
				l.evicted.Add(1)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	l.memory, l.RistrettoStore = memory, inprocess.NewRistretto[uint64, *item](memory)
	return l, nil
}

// find returns the item under a key, if it may be served.
func (l *local) find(k key, now time.Time) (*item, bool) {
	it, found := l.memory.Get(k.first)
	if !found || it == nil || it.key != k || !now.Before(it.expires) || !l.ages.admits(k, it.read) {
		return nil, false
	}
	return it, true
}

var errNotThere = store.NotFoundWithCause(errors.New("not in this process"))

// Get implements store.StoreInterface.
func (l *local) Get(_ context.Context, k any) (any, error) {
	it, found := l.find(readKey(k.(string)), l.now())
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
func (l *local) Set(ctx context.Context, _, value any, _ ...store.Option) error {
	it := value.(*item)
	if left, isAdmitted := l.admits(it); isAdmitted {
		_ = l.RistrettoStore.Set(ctx, it.key.first, it, store.WithCost(it.size), store.WithExpiration(left)) // It may have no room for it.
	}
	return nil
}

// put is Set for one of many: options of the store's cost more than the rest.
func (l *local) put(it *item) {
	if left, isAdmitted := l.admits(it); isAdmitted {
		l.memory.SetWithTTL(it.key.first, it, it.size, left)
	}
}

// admits reports whether an item may go in, and for how long.
func (l *local) admits(it *item) (left time.Duration, isAdmitted bool) {
	left = it.expires.Sub(l.now())
	return left, left > 0 && l.ages.admits(it.key, it.read)
}

// Delete implements store.StoreInterface. What changed is dropped by drop; there is no other way.
func (*local) Delete(context.Context, any) error { return errByChangesAlone }

// drop frees the memory of what changed; it is not served in any case.
func (l *local) drop(changed changed) {
	for k := range changed.keys {
		l.memory.Del(k.first)
	}
}

// used is how many bytes the items take.
func (l *local) used() int64 { return l.memory.MaxCost() - l.memory.RemainingCost() }

func (l *local) close() { l.memory.Close() }
