package loaders

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// level is objects of one type that came together, and what was loaded for all of them.
type level[P comparable] struct {
	objects []P
	members map[P]bool // Made when it is first needed, under the loaders' lock.
	origin  any        // The load that brought them, which registers them once at each place; nil for roots.

	mu    sync.Mutex
	loads map[relation]any // *load[K, V]
}

// relation names what is loaded for a level: a field and its arguments, which must be comparable.
type relation struct {
	field string
	args  any
}

// Together tells that these objects came together at the context's place in the response, as roots do.
func Together[P comparable](ctx context.Context, objects []P) {
	l := From(ctx)
	register(l, l.place(ctx), nil, func() []P { return objects })
}

// register notes the objects that a load brought to a place, unless it did before. origin is a pointer, or nil.
func register[P comparable](l *Loaders, place string, origin any, objects func() []P) {
	key := levelKey{place, reflect.TypeFor[P]()}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, known := range l.levels[key] {
		if origin != nil && known.(*level[P]).origin == origin {
			return
		}
	}
	l.levels[key] = append(l.levels[key], newLevel(objects(), origin))
}

func newLevel[P comparable](objects []P, origin any) *level[P] {
	return &level[P]{objects: objects, origin: origin, loads: map[relation]any{}}
}

// levelOf finds the level that the parents belong to: the nearest above the context's place that holds them. Parents
// that came alone, or from elsewhere, are a level of their own.
func levelOf[P comparable](ctx context.Context, l *Loaders, parents []P) *level[P] {
	place, elements := l.place(ctx), reflect.TypeFor[P]()
	l.mu.Lock()
	defer l.mu.Unlock()
	for place != "" {
		for _, known := range l.levels[levelKey{place, elements}] {
			if known := known.(*level[P]); known.holdsAll(parents) {
				return known
			}
		}
		place = place[:max(strings.LastIndexByte(place, '.'), 0)]
	}
	return newLevel(parents, nil)
}

// holdsAll reports whether the parents, of which there is one where the executor asks one by one, are of the level.
func (l *level[P]) holdsAll(parents []P) bool {
	if slices.Equal(l.objects, parents) {
		return true
	}
	if l.members == nil {
		l.members = make(map[P]bool, len(l.objects))
		for _, object := range l.objects {
			l.members[object] = true
		}
	}
	return !slices.ContainsFunc(parents, func(p P) bool { return !l.members[p] })
}
