package graph

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// Place says where in the response the context's field stands: the response keys on the way to it, joined by dots,
// without the indices of lists. All that stands at one place is one level of the query.
func Place(ctx context.Context) string {
	var keys [32]string // Deeper queries allocate.
	path := keys[:0]
	for field := graphql.GetFieldContext(ctx); field != nil; field = field.Parent {
		if field.Index == nil && field.Field.Field != nil {
			path = append(path, field.Field.Alias)
		}
	}
	size := len(path)
	for _, key := range path {
		size += len(key)
	}
	var place strings.Builder
	place.Grow(size)
	for i, p := range slices.Backward(path) {
		place.WriteString(p)
		if i > 0 {
			place.WriteByte('.')
		}
	}
	return place.String()
}
