package store

import (
	"context"
	"time"

	"atelier/domain"
)

// Served by idx_credit_log_user_kind, which holds all that the sums need, and by the task tables' indexes on the user.
const statisticsSQL = `
SELECT record_send(ROW(p.user_id,
	(SELECT count(*) FROM mj_tasks t WHERE t.user_id = p.user_id)
	+ (SELECT count(*) FROM flux_tasks t WHERE t.user_id = p.user_id)
	+ (SELECT count(*) FROM dreamwork_tasks t WHERE t.user_id = p.user_id),
	u.total, u.month))
FROM unnest($1::text[]) AS p(user_id)
CROSS JOIN LATERAL (
	SELECT (-coalesce(sum(l.delta), 0))::numeric(20,4) AS total,
		(-coalesce(sum(l.delta) FILTER (WHERE l.created_at >= $2 AND l.created_at < $3), 0))::numeric(20,4) AS month
	FROM credit_log l WHERE l.user_id = p.user_id AND l.kind IN ('HOLD', 'SETTLE', 'RELEASE')
) u`

// Statistics works out what each of these users has done up to now, in one statement.
func (s *Store) Statistics(ctx context.Context, users []domain.UserID, now time.Time) (map[domain.UserID]*domain.Statistics, error) {
	now = now.UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	statistics := make(map[domain.UserID]*domain.Statistics, len(users))
	args := []any{texts(users), month, month.AddDate(0, 1, 0)}
	err := s.read(ctx, "credit_log", statisticsSQL, args, func(row *row) error {
		user := domain.UserID(row.apart().text())
		statistics[user] = &domain.Statistics{AsOf: now, TotalTasks: row.whole(), TotalCreditsUsed: row.decimal(), ThisMonthUsage: row.decimal()}
		return nil
	})
	return statistics, err
}
