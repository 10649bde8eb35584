package loaders

import (
	"context"
	"time"

	"atelier/cache"
	"atelier/cache/answers"
	"atelier/domain"
)

// Statistics works out what each user has done up to now, or had done when it was last worked out, if nothing has changed since.
func Statistics(ctx context.Context, users []*domain.User, now time.Time) ([]*domain.Statistics, error) {
	l := From(ctx)
	read := func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.Statistics, error) {
		madeOfStatistics(ctx, ids, now)
		return cache.GetMany(ctx, l.cache, cache.UserStats, ids, func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.Statistics, error) {
			return l.store.Statistics(ctx, ids, now)
		})
	}
	return relate(ctx, users, ownersKey(ctx), read)
}

// madeOfStatistics notes the users' ledgers and tasks, which are summed up and counted, and that the month will end.
func madeOfStatistics(ctx context.Context, users []domain.UserID, now time.Time) {
	for _, user := range users {
		made(ctx, answers.OwnedBy(domain.TableCreditLog, user))
		made(ctx, tasksOf(user, "")...)
	}
	now = now.UTC()
	answers.From(ctx).Until(time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC))
}
