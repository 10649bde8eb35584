package loaders

import (
	"context"

	"atelier/domain"
	"atelier/relay"
)

// List says which part of a list is wanted: the arguments of a connection.
type List struct {
	Scope relay.Scope // What its cursors are bound to.
	Page  domain.Page
	Full  bool // The full shape of the items: something heavy was selected.
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

// root makes the page of a list without parents a connection.
func root[C any](list List, slice domain.Slice[C], err error, position func(C) domain.Position, counts total) (*relay.Connection[C], error) {
	if err != nil {
		return nil, err
	}
	return relay.NewConnection(list.Scope, slice, position, counts), nil
}
