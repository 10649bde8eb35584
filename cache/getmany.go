package cache

import (
	"context"
	"maps"
)

// GetMany returns the values under keys; one that is not there is missing from the map. What this process has is found first, the rest is
// asked of Redis in one round trip, and what is left is loaded at once. Of keys that others are reading already, their values are
// awaited.
func GetMany[K comparable, V any](ctx context.Context, c *Cache, e *Entry[K, V], keys []K, load func(context.Context, []K) (map[K]V, error)) (map[K]V, error) {
	if !c.serves(ctx) {
		c.count(ctx, InSource, &e.spec, Passed, len(keys))
		return load(ctx, keys)
	}
	values, missing := findMany(ctx, c, e, keys, load)
	if len(missing.keys) == 0 {
		return values, nil
	}
	seats, begun := c.flights.board(missing.at)
	own := &reading[K, V]{cache: c, entry: e, load: load, flight: begun}
	if begun != nil {
		own.keys = seated(begun, seats, missing.keys)
		outlive(ctx, own.run, own.fail)
	}
	c.count(ctx, InFlight, &e.spec, Hit, len(seats)-len(own.keys))
	if own.loaded != nil && len(own.keys) == len(keys) {
		return own.loaded, nil
	}
	if values == nil {
		values = make(map[K]V, len(keys))
	}
	var alone []K
	for i, s := range seats {
		it, err := s.wait(ctx)
		switch {
		case s.flight != begun && isOfItsCaller(err):
			alone = append(alone, missing.keys[i])
			continue
		case err != nil:
			return nil, err
		}
		if value, isThere := valueOf[V](it); isThere {
			values[missing.keys[i]] = value
		}
	}
	if len(alone) == 0 {
		return values, nil
	}
	found, err := load(ctx, alone)
	maps.Copy(values, found)
	return values, err
}

// wanted are keys, and where their values are kept.
type wanted[K comparable] struct {
	keys []K
	at   []key
}

// findMany returns what this process has (nil for nothing), and what it has not.
func findMany[K comparable, V any](ctx context.Context, c *Cache, e *Entry[K, V], keys []K, load func(context.Context, []K) (map[K]V, error)) (values map[K]V, missing wanted[K]) {
	now, at := c.now(), e.keysOf(keys)
	var renewed []K
	var renewing []*item
	for i, k := range keys {
		it, found := c.local.find(at[i], now)
		if !found {
			missing.add(k, at[i], len(keys)-i)
			continue
		}
		if it.wantsRefresh(now) {
			renewed, renewing = append(renewed, k), append(renewing, it)
		}
		if value, isThere := valueOf[V](it); isThere {
			if values == nil {
				values = make(map[K]V, len(keys))
			}
			values[k] = value
		}
	}
	c.count(ctx, InProcess, &e.spec, Hit, len(keys)-len(missing.keys))
	c.count(ctx, InProcess, &e.spec, Miss, len(missing.keys))
	refresh(ctx, c, e, renewed, renewing, load)
	return values, missing
}

// add adds a key, the first of so many at most.
func (w *wanted[K]) add(k K, at key, atMost int) {
	if w.keys == nil {
		w.keys, w.at = make([]K, 0, atMost), make([]key, 0, atMost)
	}
	w.keys, w.at = append(w.keys, k), append(w.at, at)
}

// seated are those of the keys whose values a flight brings, in its order.
func seated[K any](f *flight, seats []seat, keys []K) []K {
	if len(f.keys) == len(keys) {
		return keys
	}
	own := make([]K, 0, len(f.keys))
	for i, s := range seats {
		if s.flight == f && s.at == len(own) { // Or it is asked for twice.
			own = append(own, keys[i])
		}
	}
	return own
}

// reading is values that one caller reads, for all who want them.
type reading[K comparable, V any] struct {
	cache *Cache
	entry *Entry[K, V]
	load  func(context.Context, []K) (map[K]V, error)

	flight *flight
	keys   []K     // Of the flight.
	items  []*item // What was found so far.
	loaded map[K]V // All of the values, if all were loaded.
}

// run reads what Redis has, and loads the rest.
func (r *reading[K, V]) run(ctx context.Context) error {
	r.items = make([]*item, len(r.keys))
	missing := r.readShared(ctx)
	if len(missing.keys) > 0 {
		if err := r.loadRest(ctx, missing); err != nil {
			return err
		}
	}
	r.flight.land(r.items)
	r.cache.settleLater(r.flight)
	return nil
}

// fail lands what was found.
func (r *reading[K, V]) fail(err error) { r.cache.flights.fail(r.flight, r.items, err) }

// unread are keys that Redis has not, their places among the reading's, and the leases to fill them.
type unread[K comparable] struct {
	keys   []K
	places []int
	leases []*lease
}

// all are the keys where Redis has nothing to say.
func (r *reading[K, V]) all() unread[K] {
	places := make([]int, len(r.keys))
	for i := range places {
		places[i] = i
	}
	return unread[K]{r.keys, places, make([]*lease, len(r.keys))}
}

// readShared finds what Redis has.
func (r *reading[K, V]) readShared(ctx context.Context) unread[K] {
	c := r.cache
	if c.shared == nil {
		return r.all()
	}
	answers, err := c.shared.read(ctx, r.flight.keys)
	if err != nil {
		c.count(ctx, InRedis, &r.entry.spec, Failure, len(r.keys))
		return r.all()
	}
	var missing unread[K]
	for i, answer := range answers {
		if r.items[i] = answer.item; answer.item == nil {
			missing.keys, missing.places, missing.leases = append(missing.keys, r.keys[i]), append(missing.places, i), append(missing.leases, answer.lease)
		}
	}
	c.count(ctx, InRedis, &r.entry.spec, Hit, len(answers)-len(missing.keys))
	c.count(ctx, InRedis, &r.entry.spec, Miss, len(missing.keys))
	return missing
}

func (r *reading[K, V]) loadRest(ctx context.Context, missing unread[K]) error {
	c, before := r.cache, r.cache.ages.now()
	values, err := r.load(ctx, missing.keys)
	if err != nil {
		c.count(ctx, InSource, &r.entry.spec, Failure, len(missing.keys))
		return err
	}
	c.count(ctx, InSource, &r.entry.spec, Hit, len(values))
	c.count(ctx, InSource, &r.entry.spec, Miss, len(missing.keys)-len(values))
	now := c.now()
	for i, k := range missing.keys {
		value, isThere := values[k]
		r.items[missing.places[i]] = newItem(r.entry, r.flight.keys[missing.places[i]], value, isThere, before, missing.leases[i], now)
	}
	if len(missing.keys) == len(r.keys) {
		r.loaded = values
	}
	return nil
}
