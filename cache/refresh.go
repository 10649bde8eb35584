package cache

import "context"

// refreshesAtOnce bounds the statements that nobody waits for.
const refreshesAtOnce = 4

// refresh loads popular items again before they expire, while they are still being served. Where there is no place for that now, they expire.
func refresh[K comparable, V any](ctx context.Context, c *Cache, e *Entry[K, V], keys []K, items []*item, load func(context.Context, []K) (map[K]V, error)) {
	if len(keys) == 0 {
		return
	}
	select {
	case c.renewal <- struct{}{}:
	default:
		return
	}
	go outlive(ctx, func(ctx context.Context) error {
		defer func() { <-c.renewal }()
		before := c.ages.now()
		values, err := load(ctx, keys)
		if err != nil {
			return err
		}
		renewed := make([]*item, len(keys))
		for i, k := range keys {
			value, isThere := values[k]
			renewed[i] = newItem(e, items[i].key, value, isThere, before, c.renewing(items[i]), c.now())
		}
		c.settle(renewed, &coder{})
		return nil
	}, func(error) {}) // What could not be refreshed expires, and is loaded then.
}

// renewing is the right to put a new value where an item stands in Redis, if it still does.
func (c *Cache) renewing(it *item) *lease {
	if c.shared == nil || it.shared.ticket == "" {
		return nil
	}
	return &lease{c.shared.standing.Load(), it.shared.ticket, it.shared.era}
}
