package cache

import (
	"context"
	"runtime/debug"
)

const (
	// unsettled bounds the flights that have landed and wait to be settled. Beyond that whoever lands one settles it.
	unsettled = 1024
	// settledAtOnce bounds what is settled before any of it is retired.
	settledAtOnce = 64
)

// settleLater has what a flight brought put into the tiers. Nobody waits for that: until it is done, the flight itself answers.
func (c *Cache) settleLater(f *flight) {
	select {
	case c.landed <- f:
	default:
		c.settle(f.items, &coder{})
		c.flights.retire(f)
	}
}

// settleAll settles flights until ctx ends.
func (c *Cache) settleAll(ctx context.Context) {
	scratch := &coder{}
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-c.landed:
			flights := c.more(first)
			for _, f := range flights {
				c.settle(f.items, scratch)
			}
			c.local.memory.Wait() // What was put in is found only then.
			c.flights.retire(flights...)
		}
	}
}

// more is a flight and those that wait as well.
func (c *Cache) more(first *flight) []*flight {
	flights := []*flight{first}
	for len(flights) < settledAtOnce {
		select {
		case next := <-c.landed:
			flights = append(flights, next)
		default:
			return flights
		}
	}
	return flights
}

// settle puts items into both tiers. A single one goes through the chain, as it was looked for. A value that cannot be encoded is a bug, and no
// reason to end the process: it is not kept.
func (c *Cache) settle(items []*item, scratch *coder) {
	defer func() {
		if cause := recover(); cause != nil {
			c.log.Error("a value could not be kept", "cause", cause, "stack", string(debug.Stack()))
		}
	}()
	for _, it := range items {
		if it.size == 0 {
			it.pack(scratch)
		}
		if len(items) == 1 {
			_ = c.chain.Set(c.lifetime, it.key, it) // Neither tier fails for good.
			continue
		}
		c.local.put(it)
		c.shared.send(it)
	}
}
