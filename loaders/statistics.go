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
		found, err := cache.GetMany(ctx, l.cache, cache.UserStats, ids, func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.Statistics, error) {
			return l.store.Statistics(ctx, ids, now)
		})
		madeOfStatistics(ctx, ids, found)
		return found, err
	}
	return relate(ctx, users, ownersKey(ctx), read)
}

// madeOfStatistics notes the users' ledgers and tasks, which are summed up and counted, and when the month ends of which they are: it may
// have ended while another worked them out.
func madeOfStatistics(ctx context.Context, users []domain.UserID, found map[domain.UserID]*domain.Statistics) {
	for _, user := range users {
		made(ctx, answers.OwnedBy(domain.TableCreditLog, user))
		made(ctx, tasksOf(user, "")...)
	}
	for _, s := range found {
		answers.From(ctx).Until(s.MonthEnds())
	}
}
