package loaders

import (
	"context"
	"maps"
	"slices"

	"atelier/domain"
	"atelier/relay"
)

// List says which part of a list is wanted: the arguments of a connection.
type List struct {
	Scope relay.Scope // What its cursors are bound to.
	Page  domain.Page
	Full  bool // The full shape of the items: something heavy was selected.
}

// args is a comparable stand-in for the list's arguments: equal for equal pages.
func (l List) args(filter any) any {
	type args struct {
		scope         relay.Scope
		filter        any
		limit         int
		backward      bool
		after, before domain.Position
		bounds        [2]bool
		full          bool
	}
	a := args{scope: l.Scope, filter: filter, limit: l.Page.Limit, backward: l.Page.Backward, full: l.Full}
	if a.bounds[0] = l.Page.After != nil; a.bounds[0] {
		a.after = *l.Page.After
	}
	if a.bounds[1] = l.Page.Before != nil; a.bounds[1] {
		a.before = *l.Page.Before
	}
	return a
}

// connections makes a page of each parent's list a connection, by the parent's key, and notes what they are made of.
func connections[K comparable, C any](ctx context.Context, list List, keys []K, slices []domain.Slice[C], err error, position func(C) domain.Position, counts func(K) total) (map[K]*relay.Connection[C], error) {
	if err != nil {
		return nil, err
	}
	pages := make(map[K]*relay.Connection[C], len(keys))
	for i, key := range keys {
		of := counts(key)
		madeOf(ctx, of)
		pages[key] = relay.NewConnection(list.Scope, slices[i], position, of)
	}
	return pages, nil
}

// root makes the page of a list without parents a connection, and registers it and what it holds as levels.
func root[C comparable](ctx context.Context, list List, slice domain.Slice[C], err error, position func(C) domain.Position, counts any) (*relay.Connection[C], error) {
	if err != nil {
		return nil, err
	}
	page := relay.NewConnection(list.Scope, slice, position, counts)
	Together(ctx, []*relay.Connection[C]{page})
	Together(ctx, slice.Items)
	return page, nil
}

// rooted reads objects by their ids, for roots: unlike a relation's, their level is what the ids name.
func rooted[K, V comparable](ctx context.Context, ids []K, read fetch[K, V]) (map[K]V, error) {
	found, err := read(ctx, ids)
	if err == nil {
		Together(ctx, slices.Collect(maps.Values(found)))
	}
	return found, err
}
