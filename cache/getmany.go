package cache

import (
	"context"
)

// GetMany returns the values under keys; one that is not there is missing from the map. What this process has is found first, the rest is
// asked of Redis in one round trip, and what is left is loaded at once. Of keys that others are reading already, their values are
// awaited.
func GetMany[K comparable, V any](ctx context.Context, c *Cache, e *Entry[K, V], keys []K, load func(context.Context, []K) (map[K]V, error)) (map[K]V, error) {
	if !c.serves(ctx) {
		c.count(ctx, InSource, &e.spec, Passed, len(keys))
		return load(ctx, keys)
	}
	values := make(map[K]V, len(keys))
	missing := findMany(ctx, c, e, keys, values, load)
	if len(missing.keys) == 0 {
		return values, nil
	}
	flights, begun := c.flights.board(missing.at)
	c.count(ctx, InFlight, &e.spec, Hit, len(flights)-len(begun))
	if len(begun) > 0 {
		own := &reading[K, V]{cache: c, entry: e, load: load}
		for _, i := range begun {
			own.add(missing.keys[i], missing.at[i], flights[i])
		}
		outlive(ctx, own.run, own.fail)
	}
	for i, one := range flights {
		it, err := one.wait(ctx)
		if err != nil {
			return nil, err
		}
		if value, isThere := valueOf[V](it); isThere {
			values[missing.keys[i]] = value
		}
	}
	return values, nil
}

// wanted are keys, and where their values are kept.
type wanted[K comparable] struct {
	keys []K
	at   []key
}

// findMany adds what this process has to values, and returns what it has not.
func findMany[K comparable, V any](ctx context.Context, c *Cache, e *Entry[K, V], keys []K, values map[K]V, load func(context.Context, []K) (map[K]V, error)) (missing wanted[K]) {
	now := c.now()
	var renewed []K
	var renewing []*item
	for _, k := range keys {
		at := e.keyOf(k)
		it, found := c.local.find(at, now)
		if !found {
			missing.keys, missing.at = append(missing.keys, k), append(missing.at, at)
			continue
		}
		if it.wantsRefresh(now) {
			renewed, renewing = append(renewed, k), append(renewing, it)
		}
		if value, isThere := valueOf[V](it); isThere {
			values[k] = value
		}
	}
	c.count(ctx, InProcess, &e.spec, Hit, len(keys)-len(missing.keys))
	c.count(ctx, InProcess, &e.spec, Miss, len(missing.keys))
	refresh(ctx, c, e, renewed, renewing, load)
	return missing
}

// reading is values that one caller reads, for all who want them.
type reading[K comparable, V any] struct {
	cache *Cache
	entry *Entry[K, V]
	load  func(context.Context, []K) (map[K]V, error)

	wanted[K]
	flights []*flight
	leases  []lease
}

func (r *reading[K, V]) add(k K, at key, f *flight) {
	r.keys, r.at, r.flights = append(r.keys, k), append(r.at, at), append(r.flights, f)
}

// run reads what Redis has, and loads the rest.
func (r *reading[K, V]) run(ctx context.Context) error {
	all := *r
	r.readShared(ctx)
	if len(r.keys) > 0 {
		if err := r.loadRest(ctx); err != nil {
			return err
		}
	}
	r.cache.retireLater(all.at, all.flights)
	return nil
}

func (r *reading[K, V]) loadRest(ctx context.Context) error {
	c, before := r.cache, r.cache.ages.now()
	values, err := r.load(ctx, r.keys)
	if err != nil {
		c.count(ctx, InSource, &r.entry.spec, Failure, len(r.keys))
		return err
	}
	c.count(ctx, InSource, &r.entry.spec, Hit, len(values))
	c.count(ctx, InSource, &r.entry.spec, Miss, len(r.keys)-len(values))
	now := c.now()
	for i, k := range r.keys {
		value, isThere := values[k]
		it := newItem(r.entry, r.at[i], value, isThere, before, r.leases[i], now)
		c.keep(ctx, it)
		c.flights.land(r.flights[i], it)
	}
	return nil
}

// fail lands what is still under way.
func (r *reading[K, V]) fail(err error) {
	for i, one := range r.flights {
		if !one.hasLanded() {
			r.cache.flights.fail(r.at[i], one, err)
		}
	}
}

// readShared lands what Redis has, and takes out leases for the rest.
func (r *reading[K, V]) readShared(ctx context.Context) {
	c, all := r.cache, *r
	r.leases = make([]lease, len(r.keys))
	if c.shared == nil {
		return
	}
	answers, err := c.shared.read(ctx, r.at)
	if err != nil {
		c.count(ctx, InRedis, &r.entry.spec, Failure, len(r.keys))
		return
	}
	r.wanted, r.flights, r.leases = wanted[K]{}, nil, nil
	for i, answer := range answers {
		if answer.item == nil {
			r.add(all.keys[i], all.at[i], all.flights[i])
			r.leases = append(r.leases, answer.lease)
			continue
		}
		_ = c.local.Set(ctx, string(all.at[i]), answer.item)
		c.flights.land(all.flights[i], answer.item)
	}
	c.count(ctx, InRedis, &r.entry.spec, Hit, len(answers)-len(r.keys))
	c.count(ctx, InRedis, &r.entry.spec, Miss, len(r.keys))
}

// keep keeps an item that was loaded in both tiers.
func (c *Cache) keep(ctx context.Context, it *item) {
	_ = c.local.Set(ctx, string(it.key), it) // Neither fails for good.
	if c.shared != nil {
		_ = c.shared.Set(ctx, string(it.key), it)
	}
}
