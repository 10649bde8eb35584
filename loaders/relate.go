package loaders

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"atelier/relay"
)

// load is a relation of a whole level, loaded once.
type load[K comparable, V any] struct {
	keys   []K
	loader *dataloader.Loader[K, V]
	begun  sync.Once
}

// fetch reads the values of keys in one statement. A key without a value may be missing from the map.
type fetch[K comparable, V any] func(context.Context, []K) (map[K]V, error)

// relate returns what a relation has for each of the parents, loading it for the parents' whole level when the first
// of them asks, and that load. A parent with a zero key has a zero V; parents of one key share theirs.
func relate[P, K comparable, V any](ctx context.Context, parents []P, r relation, key func(P) K, read fetch[K, V]) ([]V, *load[K, V], error) {
	l := From(ctx)
	shared := loadFor(levelOf(ctx, l, parents), r, key, read)
	shared.start(ctx)
	values := make([]V, len(parents))
	var none K
	for i, parent := range parents {
		if key(parent) == none {
			continue
		}
		value, err := shared.loader.Load(ctx, key(parent))()
		if err != nil {
			return nil, nil, err
		}
		values[i] = value
	}
	return values, shared, nil
}

// loadFor returns the level's load of a relation, made when it is first asked for.
func loadFor[P, K comparable, V any](of *level[P], r relation, key func(P) K, read fetch[K, V]) *load[K, V] {
	of.mu.Lock()
	defer of.mu.Unlock()
	if known, ok := of.loads[r]; ok {
		return known.(*load[K, V])
	}
	made := newLoad(uniqueKeys(of.objects, key), read)
	of.loads[r] = made
	return made
}

func uniqueKeys[P, K comparable](objects []P, key func(P) K) []K {
	var none K
	seen := make(map[K]bool, len(objects))
	keys := make([]K, 0, len(objects))
	for _, object := range objects {
		if k := key(object); k != none && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// outOfReach is a wait that no asking for all keys takes, however busy the machine.
const outOfReach = 10 * time.Second

// newLoad makes a loader that waits for nothing: its batch is full when all keys of the level were asked for, and
// start asks for all of them at once. Its queue holds them all, so asking never blocks. The library's own wait, 16 ms, would
// end while start is held up on a busy machine, and the batch fall apart into several statements.
func newLoad[K comparable, V any](keys []K, read fetch[K, V]) *load[K, V] {
	return &load[K, V]{keys: keys, loader: dataloader.NewBatchedLoader(batch(read), dataloader.WithWait[K, V](outOfReach),
		dataloader.WithBatchCapacity[K, V](len(keys)), dataloader.WithInputCapacity[K, V](len(keys)))}
}

// start asks for all keys, once: in a loop, not by LoadMany, which starts a goroutine for each.
func (l *load[K, V]) start(ctx context.Context) {
	l.begun.Do(func() {
		for _, key := range l.keys {
			l.loader.Load(ctx, key)
		}
	})
}

// all returns every value that was loaded. The load has succeeded.
func (l *load[K, V]) all(ctx context.Context) []V {
	values := make([]V, 0, len(l.keys))
	for _, key := range l.keys {
		if value, err := l.loader.Load(ctx, key)(); err == nil {
			values = append(values, value)
		}
	}
	return values
}

// batch adapts read. A panic becomes every caller's error: the library would log it and go on.
func batch[K comparable, V any](read fetch[K, V]) dataloader.BatchFunc[K, V] {
	return func(ctx context.Context, keys []K) []*dataloader.Result[V] {
		countBatch(ctx, len(keys))
		values, err := safely(ctx, keys, read)
		results := make([]*dataloader.Result[V], len(keys))
		for i, key := range keys {
			results[i] = &dataloader.Result[V]{Data: values[key], Error: err}
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

// toOne relates parents to an object each, nil where there is none, and registers the objects as a level.
func toOne[P, K, V comparable](ctx context.Context, parents []P, r relation, key func(P) K, read fetch[K, V]) ([]V, error) {
	values, shared, err := relate(ctx, parents, r, key, read)
	if err != nil {
		return nil, err
	}
	l := From(ctx)
	register(l, l.place(ctx), shared, func() []V { return present(shared.all(ctx)) })
	return values, nil
}

// present leaves out what is named and does not exist: it belongs to no level, since nothing can be asked of it.
func present[V comparable](values []V) []V {
	var none V
	return slices.DeleteFunc(values, func(v V) bool { return v == none })
}

// toMany relates parents to a page each of a list of theirs, and registers the pages and what they hold as levels.
func toMany[P, K, C comparable](ctx context.Context, parents []P, r relation, key func(P) K, read fetch[K, *relay.Connection[C]]) ([]*relay.Connection[C], error) {
	pages, shared, err := relate(ctx, parents, r, key, read)
	if err != nil {
		return nil, err
	}
	l := From(ctx)
	place := l.place(ctx)
	register(l, place, shared, func() []*relay.Connection[C] { return shared.all(ctx) })
	register(l, place, shared, func() []C { return nodesOf(shared.all(ctx)) })
	return pages, nil
}

func nodesOf[C any](pages []*relay.Connection[C]) []C {
	var nodes []C
	for _, page := range pages {
		nodes = append(nodes, page.Nodes()...)
	}
	return nodes
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
