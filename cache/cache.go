package cache

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eko/gocache/lib/v4/cache"

	"atelier/domain"
)

// Options are what a cache is made of.
type Options struct {
	// Bytes bounds what is kept in this process. Default 64 MiB.
	Bytes int64
	// Redis is the way to the tier that replicas share. May be nil: then there is none.
	Redis *Door
	// Prefix begins every key in Redis; deployments that share a Redis must differ in it. Default "atelier".
	Prefix string
	// Database tells the database from others that share a Redis and a prefix. It is used without a feed only: with one the log of changes, which Redis
	// names, tells them apart.
	Database string
	// Feed is what the database offers beside the changes that Changed is told. Nil says that there is no feed: then Changed is never
	// called, and values live by their lifetimes alone.
	Feed *Feed
	// Observe is told what the cache does. May be nil.
	Observe *Observer
	Log     *slog.Logger
}

// Cache keeps values. A nil *Cache keeps nothing: everything is loaded. It is safe for concurrent use, but for Changed.
type Cache struct {
	local   *local
	shared  *sharedTier // Nil without a Redis.
	chain   *cache.ChainCache[*item]
	ages    *ages
	flights flights
	writers writers
	landed  chan *flight  // What they brought is to be settled.
	renewal chan struct{} // A place for each refresh under way.
	observe Observer
	log     *slog.Logger
	now     func() time.Time

	follows bool                      // There is a feed of changes.
	asOf    atomic.Pointer[time.Time] // Whatever was committed before has been told; nil before anything was.

	background sync.WaitGroup
	lifetime   context.Context //nolint:containedctx // Of what it does on its own.
	stop       context.CancelFunc
}

// maxSilence is how long the feed of changes may say nothing before what is cached is not served any more. It says something each
// second. The bound for a feed that died silently, 5 s, is this and the time of an answer.
const maxSilence = 4 * time.Second

// New returns a cache, which must be closed. Without a Redis at its door it works as well, and uses it as soon as it is there.
func New(o Options) (*Cache, error) { return newCache(o, time.Now) }

func newCache(o Options, now func() time.Time) (*Cache, error) {
	c := &Cache{ages: newAges(), follows: o.Feed != nil, now: now, observe: ignorant(), log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)), renewal: make(chan struct{}, refreshesAtOnce), landed: make(chan *flight, unsettled)}
	c.flights.byKey = map[key]seat{}
	if o.Observe != nil {
		c.observe = *o.Observe
	}
	var err error
	if c.local, err = newLocal(cmp.Or(o.Bytes, 64<<20), c.ages, now); err != nil {
		return nil, err
	}
	tiers := []cache.SetterCacheInterface[*item]{cache.New[*item](c.local)}
	c.lifetime, c.stop = context.WithCancel(context.Background())
	if o.Redis != nil {
		c.shared = newShared(o, c)
		tiers = append(tiers, cache.New[*item](c.shared))
		c.background.Go(func() { c.shared.keep(c.lifetime) })
		c.background.Go(func() { c.shared.fillAll(c.lifetime) })
	}
	c.chain = cache.NewChain(tiers...)
	c.background.Go(func() { c.settleAll(c.lifetime) })
	return c, nil
}

func newShared(o Options, c *Cache) *sharedTier {
	t := &sharedTier{fills: make(chan fill, fillsWaiting)}
	t.trust = trust{
		door: o.Redis, prefix: "{" + cmp.Or(o.Prefix, "atelier") + "}:", database: o.Database, ages: c.ages, feed: o.Feed, now: c.now,
		log: c.log, observe: c.observe, wake: make(chan struct{}, 1),
	}
	o.Redis.changed = func(opened bool) {
		if opened {
			go t.distrust(t.standing.Load(), "it does not answer") // Not here: this is called while it is asked.
		}
	}
	return t
}

// Changed is told what has changed. There must be one caller at a time, and it must be told everything, in order; batches come at
// least each second while the database can be read. Whoever else is told of changes and reads through the cache is told after it.
func (c *Cache) Changed(batch domain.ChangeBatch) {
	changed := concernedBy(batch.Changes)
	here := changed
	if batch.IsGap {
		here = everything()
	}
	c.note(here)
	if c.shared != nil {
		c.shared.tell(c.lifetime, batch, changed)
		c.note(here) // See tell.
	}
	c.asOf.Store(&batch.AsOf)
	c.writers.forget(batch.AsOf)
}

func (c *Cache) note(changed changed) {
	if changed.isEmpty() {
		return
	}
	c.ages.note(changed)
	c.flights.leave(changed)
	c.local.drop(changed)
}

// Close ends what runs in the background. The door to Redis stays open: it is the caller's.
func (c *Cache) Close() {
	c.stop()
	c.background.Wait()
	_ = c.chain.Close() // It says nothing.
	c.local.close()
}

// Follows reports whether the cache is told of changes at all. If not, what it has may be as old as its lifetime.
func (c *Cache) Follows() bool { return c != nil && c.follows }

// isCurrent reports whether what is cached may be served: the feed of changes is not silent.
func (c *Cache) isCurrent() bool {
	return !c.follows || c.Lag() < maxSilence
}

// Lag is for how long nothing was heard of changes. It is zero where there is no feed.
func (c *Cache) Lag() time.Duration {
	asOf := c.asOf.Load()
	switch {
	case !c.follows:
		return 0
	case asOf == nil:
		return maxSilence
	}
	return c.now().Sub(*asOf)
}

// Stats are how the cache stands.
type Stats struct {
	Bytes    int64 // That the items in this process take, of at most Capacity.
	Capacity int64
	Evicted  uint64 // Items that had to make room.
	// Breaker is how the circuit breaker before Redis stands: 0 closed, 1 half-open, 2 open.
	Breaker int
	// Shares says that Redis is used.
	Shares bool
	Lag    time.Duration
}

// Stats returns how the cache stands.
func (c *Cache) Stats() Stats {
	s := Stats{Bytes: c.local.used(), Capacity: c.local.memory.MaxCost(), Evicted: c.local.evicted.Load(), Lag: c.Lag()}
	if c.shared != nil {
		s.Breaker, s.Shares = c.shared.door.State(), c.shared.standing.Load() != nil
	}
	return s
}

// State says in a word or two how the cache fares, for people: "shared", "local", "local: REASON" where Redis should be used and is not, or
// "bypassed: …" while nothing is served from it.
func (c *Cache) State() string {
	switch {
	case c == nil:
		return "off"
	case !c.isCurrent():
		return "bypassed: nothing is heard of changes"
	case c.shared == nil:
		return "local"
	case c.shared.standing.Load() != nil:
		return "shared"
	}
	return "local: redis is not used"
}
