package resolvers

import (
	"context"

	"atelier/loaders"
	"atelier/relay"
)

// totals resolves totalCount on a connection of any noun.
type totals[T comparable] struct{}

// TotalCount counts the whole list of each page.
func (totals[T]) TotalCount(ctx context.Context, pages []*relay.Connection[T]) ([]int, error) {
	return loaders.Totals(ctx, pages)
}
