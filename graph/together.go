package graph

import (
	"context"

	"atelier/exec"
)

// Together is for a resolver of one of several types that share a loader: where the field is asked of objects of all these types
// at once, load is called once, with all of them. S is an interface of theirs, T what the resolver is given.
func Together[T, S, V any](ctx context.Context, objects []T, load func([]S) ([]V, error)) ([]V, error) {
	return exec.Together(ctx, objects, load)
}
