package loaders

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/graph-gophers/dataloader/v7"
)

// fetch reads the values of keys in one statement. A key without a value may be missing from the map.
type fetch[K comparable, V any] func(context.Context, []K) (map[K]V, error)

// each reads a value for each of the keys, in their order, in one statement.
type each[K comparable, V any] func(context.Context, []K) ([]V, error)

// relate returns what a relation has for each of the parents, all of which are loaded at once. A parent with a zero key has a
// zero V; parents of one key share theirs.
func relate[P any, K comparable, V any](ctx context.Context, parents []P, key func(P) K, read fetch[K, V]) ([]V, error) {
	return relateEach(ctx, parents, key, func(ctx context.Context, keys []K) ([]V, error) {
		found, err := read(ctx, keys)
		if err != nil {
			return nil, err
		}
		values := make([]V, len(keys))
		for i, k := range keys {
			values[i] = found[k]
		}
		return values, nil
	})
}

// relateEach is relate for what is read in the order of the keys.
func relateEach[P any, K comparable, V any](ctx context.Context, parents []P, key func(P) K, read each[K, V]) ([]V, error) {
	asked := levelOf(parents, key)
	if len(asked.keys) == 0 {
		return make([]V, len(parents)), nil
	}
	found, err := load(ctx, asked, read)
	if err != nil || asked.places == nil {
		return found, err
	}
	values := make([]V, len(parents))
	for i, place := range asked.places {
		if place >= 0 {
			values[i] = found[place]
		}
	}
	return values, nil
}

// level is the keys that a level of the query asks for, each once.
type level[K comparable] struct {
	keys []K
	// places are where the keys of the parents stand among them, -1 for none. Nil: each parent has a key of its own.
	places []int
}

func levelOf[P any, K comparable](parents []P, key func(P) K) *level[K] {
	var none K
	l := &level[K]{keys: make([]K, 0, len(parents))}
	known := finder[K]{level: l}
	for i, parent := range parents {
		k := key(parent)
		place := -1
		if k != none {
			place = known.place(k, len(parents))
		}
		if place != i && l.places == nil {
			l.startPlaces(i, len(parents))
		}
		if l.places != nil {
			l.places[i] = place
		}
	}
	return l
}

// startPlaces notes the places of the first n parents, who have keys of their own.
func (l *level[K]) startPlaces(n, parents int) {
	l.places = make([]int, parents)
	for i := range n {
		l.places[i] = i
	}
}

// fewKeys are so few that looking through them is faster than a map of them.
const fewKeys = 16

// finder finds keys of a level.
type finder[K comparable] struct {
	level *level[K]
	known map[K]int // Nil while there are few.
}

// place returns where a key stands, now if not before; of so many at most.
func (f *finder[K]) place(k K, atMost int) int {
	if atMost <= fewKeys {
		if i := slices.Index(f.level.keys, k); i >= 0 {
			return i
		}
	} else {
		if f.known == nil {
			f.known = make(map[K]int, atMost)
		}
		if i, ok := f.known[k]; ok {
			return i
		}
		f.known[k] = len(f.level.keys)
	}
	f.level.keys = append(f.level.keys, k)
	return len(f.level.keys) - 1
}

// load loads a level. To the dataloader's batch function it is one key, which costs the same for one parent as for a thousand.
// It is called directly, from here: a loader around it would take a goroutine, and wait for nobody.
func load[K comparable, V any](ctx context.Context, of *level[K], read each[K, V]) ([]V, error) {
	result := batch(read)(ctx, []*level[K]{of})[0]
	return result.Data, result.Error
}

// batch adapts read. A panic becomes the level's error.
func batch[K comparable, V any](read each[K, V]) dataloader.BatchFunc[*level[K], []V] {
	return func(ctx context.Context, levels []*level[K]) []*dataloader.Result[[]V] {
		results := make([]*dataloader.Result[[]V], len(levels))
		for i, l := range levels {
			countBatch(ctx, len(l.keys))
			values, err := safely(ctx, l.keys, read)
			results[i] = &dataloader.Result[[]V]{Data: values, Error: err}
		}
		return results
	}
}

func safely[K comparable, V any](ctx context.Context, keys []K, read each[K, V]) (values []V, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			From(ctx).observe.Panic()
			values, err = nil, fmt.Errorf("panic in a loader: %v\n%s", cause, debug.Stack())
		}
	}()
	return read(ctx, keys)
}

// byKey makes a map of what was found, by its key.
func byKey[K comparable, V any](found []V, err error, key func(V) K) (map[K]V, error) {
	if err != nil {
		return nil, err
	}
	values := make(map[K]V, len(found))
	for _, value := range found {
		values[key(value)] = value
	}
	return values, nil
}
