package loaders

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atelier/domain"
)

// parent is an object that relations start from, by a key of its own.
type parent struct{ key string }

func keyOf(p *parent) string { return p.key }

// some makes n parents with different keys.
func some(n int) []*parent {
	parents := make([]*parent, n)
	for i := range parents {
		parents[i] = &parent{fmt.Sprintf("key %d", i)}
	}
	return parents
}

// response returns a context with fresh loaders.
func response() context.Context {
	return observed(Observer{Batch: func(int) {}, Panic: func() {}})
}

func observed(o Observer) context.Context { return With(context.Background(), New(nil, o)) }

// reader reads values that repeat their key, and remembers what it was asked for.
type reader struct {
	mu    sync.Mutex
	asked [][]string
	fail  func() error
}

func (r *reader) read(_ context.Context, keys []string) (map[string]*parent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, keys)
	values := map[string]*parent{}
	for _, key := range keys {
		values[key] = &parent{"of " + key}
	}
	if r.fail != nil {
		return nil, r.fail()
	}
	return values, nil
}

func (r *reader) requireReads(t *testing.T, sizes ...int) {
	t.Helper()
	got := make([]int, len(r.asked))
	for i, keys := range r.asked {
		got[i] = len(keys)
	}
	if !slices.Equal(got, sizes) {
		t.Errorf("read %d keys, want %d: %v", got, sizes, r.asked)
	}
}

func TestALevelLoadsAtOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 100, 5000} {
		parents, r := some(n), &reader{}
		values, err := relate(response(), parents, keyOf, r.read)
		if err != nil || len(values) != n {
			t.Fatalf("%d values, %v", len(values), err)
		}
		for i, p := range parents {
			if values[i].key != "of "+p.key {
				t.Errorf("%v has %v", p, values[i])
			}
		}
		r.requireReads(t, n)
	}
}

// TestManyLevelsAtOnce relates levels side by side, as the executor does.
func TestManyLevelsAtOnce(t *testing.T) {
	t.Parallel()
	ctx, parents := response(), some(50)
	var readers [8]reader
	var wg sync.WaitGroup
	for i := range readers {
		wg.Go(func() {
			children, err := relate(ctx, parents, keyOf, readers[i].read)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := relate(ctx, children, keyOf, readers[i].read); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range readers {
		readers[i].requireReads(t, 50, 50)
	}
}

// TestALevelWaitsForNothing loads on a clock that stands still unless somebody waits.
func TestALevelWaitsForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start, r := time.Now(), &reader{}
		if _, err := relate(response(), some(3), keyOf, r.read); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited > 0 {
			t.Errorf("it waited %v", waited)
		}
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	parents := []*parent{{"a"}, {""}, {"b"}, {"a"}, {""}}
	r := &reader{}
	values, err := relate(response(), parents, keyOf, r.read)
	if err != nil {
		t.Fatal(err)
	}
	if values[0] != values[3] || values[1] != nil || values[4] != nil || values[2].key != "of b" {
		t.Errorf("got %v", values)
	}
	r.requireReads(t, 2)
	none, err := relate(response(), []*parent{{""}}, keyOf, r.read)
	if err != nil || none[0] != nil {
		t.Errorf("got %v, %v", none, err)
	}
	r.requireReads(t, 2)
}

// TestParentsOfFewKeys relates many parents, some of whom have no key, and who share a few or many.
func TestParentsOfFewKeys(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 17, 255, 256, 257, 3000} {
		for _, different := range []int{1, 2, n/2 + 1, n} {
			parents, r := make([]*parent, n), &reader{}
			for i := range parents {
				if parents[i] = (&parent{fmt.Sprint(i * 7 % different)}); i%5 == 4 {
					parents[i] = &parent{}
				}
			}
			values, err := relate(response(), parents, keyOf, r.read)
			if err != nil {
				t.Fatal(err)
			}
			known := map[string]bool{"": true}
			for i, p := range parents {
				if p.key == "" && values[i] != nil || p.key != "" && values[i].key != "of "+p.key {
					t.Fatalf("%d of %d parents: %q has %v", n, different, p.key, values[i])
				}
				known[p.key] = true
			}
			r.requireReads(t, len(known)-1)
		}
	}
}

func TestAKeyWithoutAValue(t *testing.T) {
	t.Parallel()
	values, err := relate(response(), some(2), keyOf, func(context.Context, []string) (map[string]*parent, error) { return nil, nil })
	if err != nil || values[0] != nil || values[1] != nil {
		t.Errorf("got %v, %v", values, err)
	}
}

func TestFailuresReachTheCaller(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, fail := range map[string]func() error{
		"an error": func() error { return broken },
		"a panic":  func() error { panic(broken) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &reader{fail: fail}
			if _, err := relate(response(), some(3), keyOf, r.read); err == nil || !strings.Contains(err.Error(), "broken") {
				t.Errorf("got %v", err)
			}
			r.requireReads(t, 3)
		})
	}
}

// TestNothingIsKept relates the same objects, which a cache may hand to many, twice.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	ctx, parents, r := response(), some(2), &reader{}
	for range 2 {
		if _, err := relate(ctx, parents, keyOf, r.read); err != nil {
			t.Fatal(err)
		}
	}
	r.requireReads(t, 2, 2)
}

// TestObserver tells of batches and panics.
func TestObserver(t *testing.T) {
	t.Parallel()
	var batches []int
	panics := 0
	ctx, counted := CountBatches(observed(Observer{Batch: func(keys int) { batches = append(batches, keys) }, Panic: func() { panics++ }}))
	fail := &reader{fail: func() error { panic("broken") }}
	for _, r := range []*reader{{}, fail} {
		for range 2 {
			_, _ = relate(ctx, some(3), keyOf, r.read)
		}
	}
	if !slices.Equal(batches, []int{3, 3, 3, 3}) || panics != 2 || counted.Load() != 4 {
		t.Errorf("told of batches of %d and %d panics, counted %d", batches, panics, counted.Load())
	}
}

// TestTaskMap finds tasks by service and key, and, where a key has no service, in any.
func TestTaskMap(t *testing.T) {
	t.Parallel()
	flux := &domain.FluxTask{TaskBase: domain.TaskBase{ID: domain.TaskID{Service: domain.Flux, Key: "1"}}}
	dream := &domain.DreamworkTask{TaskBase: domain.TaskBase{ID: domain.TaskID{Service: domain.Dreamwork, Key: "2"}}}
	ids := []domain.TaskID{{Service: domain.Flux, Key: "1"}, {Service: domain.Dreamwork, Key: "1"}, {Key: "2"}, {Key: "3"}}
	got := taskMap(ids, []domain.Task{flux, dream})
	want := map[domain.TaskID]domain.Task{{Service: domain.Flux, Key: "1"}: flux, {Key: "2"}: dream}
	if !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
