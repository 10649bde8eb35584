package cache

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"atelier/domain"
)

// loadLimit is how long loading may take, however long the one waits who asked first: others wait as well.
const loadLimit = 10 * time.Second

// flight is values under way together, for all who want any of them.
type flight struct {
	keys   []key
	items  []*item // By key. What is nil once it has landed was not brought, and err says why.
	err    error
	landed chan struct{}
}

// flights are the values under way: each is loaded once at a time.
type flights struct {
	mu    sync.Mutex
	byKey map[key]seat
}

// seat is where in a flight a value is.
type seat struct {
	flight *flight
	at     int
}

// board returns a seat for each key. For those that are not under way a flight begins, which the caller must land, or fail; it is nil where all are.
func (f *flights) board(keys []key) (seats []seat, begun *flight) {
	seats = make([]seat, len(keys))
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, k := range keys {
		taken, isUnderWay := f.byKey[k]
		if !isUnderWay {
			if begun == nil {
				begun = &flight{landed: make(chan struct{}), keys: make([]key, 0, len(keys)-i)}
			}
			taken = seat{begun, len(begun.keys)}
			begun.keys = append(begun.keys, k)
			f.byKey[k] = taken
		}
		seats[i] = taken
	}
	return seats, begun
}

// land ends a flight. Whoever asks before it is retired still gets what it brought.
func (one *flight) land(items []*item) {
	one.items = items
	close(one.landed)
}

// fail ends a flight that did not bring all: items are what it did bring.
func (f *flights) fail(one *flight, items []*item, err error) {
	f.retire(one)
	one.err = err
	one.land(items)
}

// retire forgets flights.
func (f *flights) retire(flights ...*flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range flights {
		for _, k := range one.keys {
			if f.byKey[k].flight == one {
				delete(f.byKey, k)
			}
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

// wait waits for a flight, or until ctx ends.
func (s seat) wait(ctx context.Context) (*item, error) {
	select {
	case <-s.flight.landed:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.at < len(s.flight.items) && s.flight.items[s.at] != nil {
		return s.flight.items[s.at], nil
	}
	if cause, isPanic := s.flight.err.(*panicked); isPanic { //nolint:errorlint // It is not wrapped.
		panic(cause)
	}
	return nil, s.flight.err
}

// isOfItsCaller reports whether loading failed by what else its caller has read: whoever waited for that loads alone.
func isOfItsCaller(err error) bool { return domain.CodeOf(err) == domain.TooLarge }

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
