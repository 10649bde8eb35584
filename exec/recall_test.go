package exec

import (
	"context"
	"sync"
	"testing"
)

// asked is a context that counts what it is asked for. Its value of a key is the key.
type asked struct {
	context.Context //nolint:containedctx // It is one.

	mu    sync.Mutex
	times map[any]int
}

func (a *asked) Value(key any) any {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.times[key]++
	return key
}

func TestRecalling(t *testing.T) {
	t.Parallel()
	of := &asked{Context: t.Context(), times: map[any]int{}}
	ctx := &recalling{Context: of}
	for range 3 {
		for key := range 2 * maxRecalled {
			if got := ctx.Value(key); got != key {
				t.Errorf("%d is %v", key, got)
			}
		}
	}
	if of.times[0] != 1 || of.times[2*maxRecalled-1] != 3 {
		t.Errorf("asked for %v", of.times)
	}
	var wg sync.WaitGroup
	ctx = &recalling{Context: of}
	for range 8 {
		wg.Go(func() {
			for key := range 100 {
				if got := ctx.Value(key % 5); got != key%5 {
					t.Errorf("%d is %v", key, got)
				}
			}
		})
	}
	wg.Wait()
}
