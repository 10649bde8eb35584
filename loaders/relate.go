package loaders

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/bits"
	"runtime/debug"

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
	var room [512]int32
	l, known := &level[K]{keys: make([]K, 0, len(parents))}, room[:]
	if 2*len(parents) > len(known) {
		known = make([]int32, 1<<bits.Len(uint(2*len(parents))))
	}
	for i, parent := range parents {
		k := key(parent)
		place := -1
		if k != none {
			place = l.place(k, known)
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

var seed = maphash.MakeSeed()

// place returns where a key stands, from now on if not before. Known is a hash table of the places, counted from 1: a map would allocate,
// and take four times as long. It has a power of two entries, and at most half of them are taken.
func (l *level[K]) place(k K, known []int32) int {
	for at := maphash.Comparable(seed, k); ; at++ {
		entry := &known[at&uint64(len(known)-1)]
		if *entry == 0 {
			l.keys = append(l.keys, k)
			*entry = int32(len(l.keys))
		}
		if place := int(*entry) - 1; l.keys[place] == k {
			return place
		}
	}
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
