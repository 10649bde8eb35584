package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"atelier/auth"
)

// access is @access: it asks the rule before the field is resolved, and neither wraps its result nor changes the context.
func access(ctx context.Context, object any, next graphql.Resolver, to auth.Audience, otherwise auth.Denial) (any, error) {
	err := auth.Check(auth.ViewerFrom(ctx), to, object)
	switch {
	case err == nil:
		return next(ctx)
	case otherwise == auth.DenyWithNull:
		return nil, nil
	}
	return nil, err
}
