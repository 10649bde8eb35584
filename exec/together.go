package exec

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

type togetherKey struct{}

// together is the objects of several Go types that one relation is asked for.
type together struct {
	objects []any // In the order of the calls, and within each in the order of the response.
	loaded  any   // *loaded[V], by the first call that loads.
}

type loaded[V any] struct {
	values []V
	err    error
}

func newTogether(s *slot) *together {
	t := &together{objects: make([]any, 0, len(s.objects))}
	for i := range s.calls {
		t.objects = append(t.objects, s.calls[i].objects...)
	}
	return t
}

// Together is for a batch resolver of one of several types that share a loader, as those of an interface do: where the field is
// asked of objects of all these types at once, load is called once, with all of them. Objects of other types than S are left
// to their own resolvers. S is an interface that P implements.
func Together[P, S, V any](ctx context.Context, objects []P, load func([]S) ([]V, error)) ([]V, error) {
	t, _ := ctx.Value(togetherKey{}).(*together)
	if t == nil {
		return load(as[S](objects))
	}
	all := those[S](t.objects)
	l, ok := t.loaded.(*loaded[V])
	if !ok {
		l = &loaded[V]{}
		t.loaded = l
		l.values, l.err = load(all)
	}
	return share[P](l, all)
}

func as[S, P any](objects []P) []S {
	all := make([]S, len(objects))
	for i, object := range objects {
		all[i] = any(object).(S)
	}
	return all
}

func those[S any](objects []any) (found []S) {
	for _, object := range objects {
		if s, ok := object.(S); ok {
			found = append(found, s)
		}
	}
	return found
}

// share is what was loaded for the objects of type P.
func share[P, S, V any](l *loaded[V], all []S) (values []V, err error) {
	each, isEach := l.err.(graphql.BatchErrors) //nolint:errorlint // As gqlgen asks.
	if l.err != nil && !isEach || len(l.values) != len(all) {
		return nil, l.err
	}
	var errs graphql.BatchErrorList
	for i, object := range all {
		if _, ok := any(object).(P); !ok {
			continue
		}
		values = append(values, l.values[i])
		if isEach {
			errs = append(errs, each.Errors()[i])
		}
	}
	if isEach {
		return values, errs
	}
	return values, nil
}
