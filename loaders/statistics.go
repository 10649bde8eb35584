package loaders

import (
	"context"
	"time"

	"atelier/domain"
)

// Statistics works out what each user has done up to now.
func Statistics(ctx context.Context, users []*domain.User, now time.Time) ([]*domain.Statistics, error) {
	s := From(ctx).store
	read := func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.Statistics, error) {
		return s.Statistics(ctx, ids, now)
	}
	statistics, _, err := relate(ctx, users, relation{field: "statistics"}, ownersKey(ctx), read)
	return statistics, err
}
