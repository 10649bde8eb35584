package loaders

import (
	"context"

	"atelier/cache/answers"
	"atelier/domain"
	"atelier/relay"
)

// List says which part of a list is wanted: the arguments of a connection.
type List struct {
	Scope relay.Scope // What its cursors are bound to.
	Page  domain.Page
	Full  bool // The full shape of the items: something heavy was selected.
}

// connections makes a page of each parent's list a connection, and notes what they are made of.
func connections[K comparable, C any](ctx context.Context, list List, keys []K, slices []domain.Slice[C], err error, position func(C) domain.Position, counts func(K) total) ([]*relay.Connection[C], error) {
	if err != nil {
		return nil, err
	}
	pages, of := relay.NewConnections(list.Scope, slices, position), make([]counted[K], len(keys))
	record := answers.From(ctx)
	for i, key := range keys {
		of[i] = counted[K]{counts, key}
		pages[i].Counts = &of[i]
		if record != nil {
			record.Reads(of[i].total().sources()...)
		}
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
