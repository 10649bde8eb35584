package cache

import (
	"context"
	"errors"
)

// Get returns the value under a key and whether there is one, from the cache or, once for all who ask at the same time, from load. What
// load says is kept, also that there is nothing; errors are not.
func Get[K comparable, V any](ctx context.Context, c *Cache, e *Entry[K, V], k K, load func(context.Context) (V, bool, error)) (V, bool, error) {
	if !c.serves(ctx) {
		c.count(ctx, InSource, &e.spec, Passed, 1)
		return load(ctx)
	}
	at, now := e.keyOf(k), c.now()
	if it, found := c.local.find(at, now); found {
		c.count(ctx, InProcess, &e.spec, Hit, 1)
		if it.wantsRefresh(now) {
			refresh(ctx, c, e, []K{k}, []*item{it}, func(ctx context.Context, _ []K) (map[K]V, error) {
				value, isThere, err := load(ctx)
				if !isThere || err != nil {
					return nil, err
				}
				return map[K]V{k: value}, nil
			})
		}
		value, isThere := valueOf[V](it)
		return value, isThere, nil
	}
	c.count(ctx, InProcess, &e.spec, Miss, 1)
	seats, begun := c.flights.board([]key{at})
	if begun == nil {
		c.count(ctx, InFlight, &e.spec, Hit, 1)
	} else {
		outlive(ctx, func(ctx context.Context) error {
			it, err := readOne(ctx, c, e, at, load)
			if err != nil {
				return err
			}
			begun.land([]*item{it})
			c.settleLater(begun)
			return nil
		}, func(err error) { c.flights.fail(begun, nil, err) })
	}
	it, err := seats[0].wait(ctx)
	if begun == nil && isOfItsCaller(err) {
		return load(ctx)
	}
	if err != nil {
		var none V
		return none, false, err
	}
	value, isThere := valueOf[V](it)
	return value, isThere, nil
}

func valueOf[V any](it *item) (value V, isThere bool) {
	value, _ = it.value.(V) // Or it is nil.
	return value, !it.absent
}

// readOne reads a value through the chain of tiers, and loads it where none has it.
func readOne[K comparable, V any](ctx context.Context, c *Cache, e *Entry[K, V], k key, load func(context.Context) (V, bool, error)) (*item, error) {
	it, err := c.chain.Get(ctx, k)
	if err == nil {
		c.countShared(ctx, &e.spec, Hit, 1)
		return it, nil
	}
	var unread *lease
	if miss := (*missed)(nil); errors.As(err, &miss) {
		c.countShared(ctx, &e.spec, Miss, 1)
		unread = miss.lease
	} else {
		c.countShared(ctx, &e.spec, Failure, 1)
	}
	before := c.ages.now()
	value, isThere, err := load(ctx)
	if err != nil {
		c.count(ctx, InSource, &e.spec, Failure, 1)
		return nil, err
	}
	c.count(ctx, InSource, &e.spec, hitIf(isThere), 1)
	return newItem(e, k, value, isThere, before, unread, c.now()), nil
}

func hitIf(isThere bool) Result {
	if isThere {
		return Hit
	}
	return Miss
}

// serves reports whether the cache may answer under a context.
func (c *Cache) serves(ctx context.Context) bool {
	return c != nil && c.isCurrent() && !isBypassed(ctx)
}

type bypassKey struct{}

// Bypass returns a context under which everything is loaded.
func Bypass(ctx context.Context) context.Context { return context.WithValue(ctx, bypassKey{}, true) }

func isBypassed(ctx context.Context) bool { return ctx.Value(bypassKey{}) != nil }

// For returns a context in which who asks. If they have just changed something here, they are not served from the cache until the
// change has been told.
func (c *Cache) For(ctx context.Context, who string) context.Context {
	if c == nil || !c.follows || !c.writers.has(who) {
		return ctx
	}
	return Bypass(ctx)
}

// Writing returns a context in which who changes something, until ctx ends.
func (c *Cache) Writing(ctx context.Context, who string) context.Context {
	if c == nil {
		return ctx
	}
	if c.follows {
		c.writers.begin(who)
		context.AfterFunc(ctx, func() { c.writers.end(who, c.now()) })
	}
	return Bypass(ctx)
}

func (c *Cache) count(ctx context.Context, tier Tier, s *spec, result Result, n int) {
	if c != nil && n > 0 {
		c.observe.Requests(tier, s.name, result, n)
		traceOf(ctx).note(s.name, tier, result, n)
	}
}

func (c *Cache) countShared(ctx context.Context, s *spec, result Result, n int) {
	if c.shared != nil {
		c.count(ctx, InRedis, s, result, n)
	}
}
