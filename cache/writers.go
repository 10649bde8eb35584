package cache

import (
	"sync"
	"time"
)

// writers are those who are changing something through this process, or have done so a moment ago: until the feed of changes has told
// of it, they are not served from the cache, so that they read what they wrote.
type writers struct {
	mu    sync.Mutex
	byWho map[string]*writer
}

type writer struct {
	atWork int
	last   time.Time // When they were done last.
}

func (w *writers) begin(who string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byWho == nil {
		w.byWho = map[string]*writer{}
	}
	one, isKnown := w.byWho[who]
	if !isKnown {
		one = &writer{}
		w.byWho[who] = one
	}
	one.atWork++
}

func (w *writers) end(who string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.byWho[who]
	one.atWork--
	one.last = now
}

// has reports whether who has written what may not have been told yet.
func (w *writers) has(who string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, isKnown := w.byWho[who]
	return isKnown
}

// forget forgets those whose writing has been told: what was committed before asOf.
func (w *writers) forget(asOf time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for who, one := range w.byWho {
		if one.atWork == 0 && one.last.Before(asOf) {
			delete(w.byWho, who)
		}
	}
}
