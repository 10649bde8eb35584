package answers

import "atelier/domain"

// Changed drops what changes name, and keeps answers that are being made from being kept if they read any of it. It must come
// after the caches that answers are made from have been told: what is read after it has to be new.
func (c *Cache) Changed(batch domain.ChangeBatch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if batch.AsOf.After(c.heard) {
		c.heard = batch.AsOf
	}
	if batch.IsGap {
		c.told++
		c.recent.forget(c.told)
		c.dropAll("gap")
	}
	for _, change := range batch.Changes {
		c.change("changed", named(change))
	}
}

// ChangedBy tells that a viewer changed something through this process: they see it in their next answer, without waiting for the feed.
func (c *Cache) ChangedBy(viewer domain.UserID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change("own", []Source{answered(viewer)})
}

func (c *Cache) change(why string, sources []Source) {
	c.told++
	n := 0
	for _, s := range sources {
		c.recent.note(s, c.told)
		for element := range c.of[s] {
			c.drop(element)
			n++
		}
	}
	c.dropped(why, n)
}

func (c *Cache) dropAll(why string) {
	n := len(c.byKey)
	c.latest.Init()
	clear(c.byKey)
	clear(c.of)
	c.room = c.Bytes
	c.dropped(why, n)
}

// history is which sources changed last, and when, as far back as answers are being made. It is bounded: what is older
// than it remembers counts as changed.
type history struct {
	current, before map[Source]uint64
	// since is from where on before knows all; between is from where on current does.
	since, between uint64
}

// maxHistory is how many sources half of the history holds. An answer that takes longer to make than it takes to change twice
// as many is not kept.
const maxHistory = 20_000

func newHistory() history { return history{current: map[Source]uint64{}} }

// note remembers that a source changed as the told-th that was told.
func (h *history) note(s Source, told uint64) {
	if len(h.current) >= maxHistory {
		h.before, h.current = h.current, map[Source]uint64{}
		h.since, h.between = h.between, told // Of this change itself a part may be in the other half.
	}
	h.current[s] = told
}

// forget makes everything count as changed before told.
func (h *history) forget(told uint64) {
	h.current, h.before = map[Source]uint64{}, nil
	h.since, h.between = told, told
}

// changedSince reports whether one of the sources may have changed after so much had been told.
func (h *history) changedSince(told uint64, sources []Source) bool {
	if told < h.since {
		return true
	}
	for _, s := range sources {
		if h.current[s] > told || h.before[s] > told {
			return true
		}
	}
	return false
}
