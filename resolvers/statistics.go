package resolvers

import (
	"context"

	"atelier/domain"
	"atelier/loaders"
)

// Statistics is what each user has done so far.
func (u users) Statistics(ctx context.Context, objs []*domain.User) ([]*domain.Statistics, error) {
	return loaders.Statistics(ctx, objs, u.now())
}
