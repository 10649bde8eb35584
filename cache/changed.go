package cache

import (
	"maps"
	"slices"

	"atelier/domain"
)

// changed is what changes concern: keys, and entries of which any key may be concerned.
type changed struct {
	keys    map[key]struct{}
	entries []byte
}

// everything is what changes concern of which nothing is known.
func everything() changed {
	var c changed
	for _, entry := range entries {
		c.entries = append(c.entries, entry.index)
	}
	return c
}

// concernedBy works out what changes concern.
func concernedBy(changes []domain.Change) changed {
	c := changed{keys: map[key]struct{}{}}
	for _, change := range changes {
		for _, entry := range entries {
			c.add(entry, change)
		}
	}
	return c
}

func (c *changed) add(entry *spec, change domain.Change) {
	drop, concerns := entry.dropped[change.Table]
	if !concerns || slices.Contains(c.entries, entry.index) {
		return
	}
	if change.All || change.Kind == domain.RowsTruncated {
		c.entries = append(c.entries, entry.index)
		return
	}
	keys, all := drop(change)
	if all {
		c.entries = append(c.entries, entry.index)
	}
	for _, joined := range keys {
		c.keys[entry.keyOf(joined)] = struct{}{}
	}
}

func (c *changed) isEmpty() bool { return len(c.keys) == 0 && len(c.entries) == 0 }

// concerns reports whether a key may be concerned.
func (c *changed) concerns(k key) bool {
	_, isNamed := c.keys[k]
	return isNamed || slices.Contains(c.entries, byte(k.entry))
}

// merge adds what other changes concern.
func (c *changed) merge(other changed) {
	if c.keys == nil {
		c.keys = map[key]struct{}{}
	}
	maps.Copy(c.keys, other.keys)
	for _, entry := range other.entries {
		if !slices.Contains(c.entries, entry) {
			c.entries = append(c.entries, entry)
		}
	}
}
