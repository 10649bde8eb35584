package loaders

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/graph-gophers/dataloader/v7"
)

// fetch reads the values of keys in one statement. A key without a value may be missing from the map.
type fetch[K comparable, V any] func(context.Context, []K) (map[K]V, error)

// relate returns what a relation has for each of the parents, all of which are loaded at once. A parent with a zero key has a
// zero V; parents of one key share theirs.
func relate[P any, K comparable, V any](ctx context.Context, parents []P, key func(P) K, read fetch[K, V]) ([]V, error) {
	values := make([]V, len(parents))
	asked := levelOf(parents, key)
	if len(asked.keys) == 0 {
		return values, nil
	}
	found, err := load(ctx, asked, read)
	if err != nil {
		return nil, err
	}
	for i, parent := range parents {
		values[i] = found[key(parent)] // Read never has a value for the zero key.
	}
	return values, nil
}

// level is the keys that a level of the query asks for, each once.
type level[K comparable] struct{ keys []K }

func levelOf[P any, K comparable](parents []P, key func(P) K) *level[K] {
	var none K
	seen := make(map[K]struct{}, len(parents))
	keys := make([]K, 0, len(parents))
	for _, parent := range parents {
		k := key(parent)
		if _, known := seen[k]; known || k == none {
			continue
		}
		seen[k] = struct{}{}
		keys = append(keys, k)
	}
	return &level[K]{keys}
}

// load loads a level. To the dataloader it is one key: its batch is full at once, waits for nothing, and costs the same for one
// parent as for a thousand.
func load[K comparable, V any](ctx context.Context, of *level[K], read fetch[K, V]) (map[K]V, error) {
	loader := dataloader.NewBatchedLoader(batch(read),
		dataloader.WithBatchCapacity[*level[K], map[K]V](1), dataloader.WithInputCapacity[*level[K], map[K]V](1),
		dataloader.WithCache(&dataloader.NoCache[*level[K], map[K]V]{}))
	return loader.Load(ctx, of)()
}

// batch adapts read. A panic becomes the level's error: the library would log it and go on.
func batch[K comparable, V any](read fetch[K, V]) dataloader.BatchFunc[*level[K], map[K]V] {
	return func(ctx context.Context, levels []*level[K]) []*dataloader.Result[map[K]V] {
		results := make([]*dataloader.Result[map[K]V], len(levels))
		for i, l := range levels {
			countBatch(ctx, len(l.keys))
			values, err := safely(ctx, l.keys, read)
			results[i] = &dataloader.Result[map[K]V]{Data: values, Error: err}
		}
		return results
	}
}

func safely[K comparable, V any](ctx context.Context, keys []K, read fetch[K, V]) (values map[K]V, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			From(ctx).observe.Panic()
			err = fmt.Errorf("panic in a loader: %v\n%s", cause, debug.Stack())
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
