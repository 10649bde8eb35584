package exec

import (
	"context"
	"sync/atomic"
)

// recalling is a context that remembers what it was asked for. Gates are asked about one object after another, and each time look for
// the same few values, which lie deep: every layer of the server has put something into the context since.
type recalling struct {
	context.Context //nolint:containedctx // It is one.

	known atomic.Pointer[recalled]
}

// recalled is a value, and those that were asked for before it.
type recalled struct {
	key, value any
	depth      int
	before     *recalled
}

// maxRecalled is the most values that are remembered.
const maxRecalled = 8

// Value implements context.Context.
func (c *recalling) Value(key any) any {
	newest := c.known.Load()
	for r := newest; r != nil; r = r.before {
		if r.key == key {
			return r.value
		}
	}
	value := c.Context.Value(key)
	if newest == nil {
		c.known.CompareAndSwap(nil, &recalled{key, value, 1, nil})
	} else if newest.depth < maxRecalled {
		c.known.CompareAndSwap(newest, &recalled{key, value, newest.depth + 1, newest})
	}
	return value
}
