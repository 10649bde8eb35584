package cache

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// loadLimit is how long loading may take, however long the one waits who asked first: others wait as well.
const loadLimit = 10 * time.Second

// flight is a value under way, for all who want it.
type flight struct {
	landed chan struct{}
	item   *item // Once it has landed.
	err    error
}

// flights are the values under way: each is loaded once at a time.
type flights struct {
	mu    sync.Mutex
	byKey map[key]*flight
}

// board returns the flight of each key, and those of them that have just begun: the caller must land them.
func (f *flights) board(keys []key) (all []*flight, begun []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byKey == nil {
		f.byKey = map[key]*flight{}
	}
	all = make([]*flight, len(keys))
	for i, k := range keys {
		one, isUnderWay := f.byKey[k]
		if !isUnderWay {
			one = &flight{landed: make(chan struct{})}
			f.byKey[k] = one
			begun = append(begun, i)
		}
		all[i] = one
	}
	return all, begun
}

// land ends a flight. Whoever asks before it is retired still gets what it brought.
func (*flights) land(one *flight, it *item) {
	one.item = it
	close(one.landed)
}

// fail ends a flight that brought nothing.
func (f *flights) fail(k key, one *flight, err error) {
	f.retire([]key{k}, []*flight{one})
	one.err = err
	close(one.landed)
}

// landed are flights that have landed, and the keys of what they brought.
type landed struct {
	keys    []key
	flights []*flight
}

// retireLater has flights forgotten once what they brought is found in this process.
func (c *Cache) retireLater(keys []key, flights []*flight) {
	select {
	case c.landed <- landed{keys, flights}:
	default:
		c.flights.retire(keys, flights)
	}
}

// retireAll forgets what retireLater is told, until ctx ends.
func (c *Cache) retireAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-c.landed:
			c.local.memory.Wait()
			c.flights.retire(l.keys, l.flights)
		}
	}
}

// retire forgets flights.
func (f *flights) retire(keys []key, flights []*flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, k := range keys {
		if f.byKey[k] == flights[i] {
			delete(f.byKey, k)
		}
	}
}

// leave takes keys out, so that whoever comes from now on begins a flight of their own: these may bring what was before a change.
func (f *flights) leave(changed changed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for k := range f.byKey {
		if changed.concerns(k) {
			delete(f.byKey, k)
		}
	}
}

func (one *flight) hasLanded() bool {
	select {
	case <-one.landed:
		return true
	default:
		return false
	}
}

// wait waits for a flight, or until ctx ends.
func (one *flight) wait(ctx context.Context) (*item, error) {
	select {
	case <-one.landed:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if cause, isPanic := one.err.(*panicked); isPanic { //nolint:errorlint // It is not wrapped.
		panic(cause)
	}
	return one.item, one.err
}

// panicked is a panic of code that loads. It goes on in each who waits: the process does not end, and whoever handles panics of
// requests hears of it.
type panicked struct {
	cause any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("%v\n%s", p.cause, p.stack) }

// outlive runs what loads under a context that outlives the caller's: one who leaves fails nobody else. It does so in the caller's own
// goroutine, since another would have to be woken for it, which takes longer on a busy machine than many a statement.
func outlive(ctx context.Context, load func(context.Context) error, failed func(error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadLimit)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			failed(&panicked{cause, debug.Stack()})
		}
	}()
	if err := load(ctx); err != nil {
		failed(err)
	}
}
