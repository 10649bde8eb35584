package cache

import (
	"context"
	"maps"
	"sync"
)

// Trace is where the values came from that were read under a context. A nil Trace notes nothing. It is safe for concurrent use.
type Trace struct {
	mu     sync.Mutex
	values map[string]map[string]int
}

type traceKey struct{}

// Traced returns a context under which what is read is noted, and where.
func Traced(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{values: map[string]map[string]int{}}
	return context.WithValue(ctx, traceKey{}, t), t
}

func traceOf(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

func (t *Trace) note(entry string, tier Tier, result Result, n int) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.values[entry] == nil {
		t.values[entry] = map[string]int{}
	}
	t.values[entry][string(tier)+" "+string(result)] += n
}

// Values is how many values of each entry came out how, such as {"user_info": {"local hit": 19, "local miss": 1, "database hit": 1}}.
func (t *Trace) Values() map[string]map[string]int {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	values := make(map[string]map[string]int, len(t.values))
	for entry, counts := range t.values {
		values[entry] = maps.Clone(counts)
	}
	return values
}
