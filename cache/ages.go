package cache

import "sync/atomic"

// age orders what this process does: reading values, and being told of changes. It only grows, and means nothing elsewhere.
type age uint64

// ages know, for each key, the last change. A value that was read at an age below that of its key may be from before the change.
//
// Keys share places by their hash: a change may drop a neighbour too, which is then read anew. With 262,144 places (2 MiB) and 20
// changes a second that happens to one value in twenty within ten minutes.
type ages struct {
	current atomic.Uint64
	places  []atomic.Uint64
	entries []atomic.Uint64 // Of changes that concern all keys of an entry.
}

const agePlaces = 1 << 18

func newAges() *ages {
	return &ages{places: make([]atomic.Uint64, agePlaces), entries: make([]atomic.Uint64, len(entries))}
}

// now is the age of what is read from here on.
func (a *ages) now() age { return age(a.current.Load()) }

// admits reports whether a value of this age is newer than every change of its key.
func (a *ages) admits(k key, read age) bool {
	return uint64(read) >= a.places[k.first%agePlaces].Load() && uint64(read) >= a.entries[k.entry].Load()
}

// note makes every value of what changed too old that was read before note returns. There is one caller at a time.
//
// The age advances first: whoever reads in between reads what is new already, and is not turned away for it.
func (a *ages) note(changed changed) {
	now := a.current.Add(1)
	for _, entry := range changed.entries {
		a.entries[entry].Store(now)
	}
	for k := range changed.keys {
		a.places[k.first%agePlaces].Store(now)
	}
}
