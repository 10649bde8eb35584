package store

import (
	"context"
	"database/sql"
	"time"

	"atelier/domain"
)

// Served by idx_credit_log_user_kind, which holds all that the sums need, and by the task tables' indexes on the user.
const statisticsSQL = `
SELECT p.user_id,
	(SELECT count(*) FROM mj_tasks t WHERE t.user_id = p.user_id)
	+ (SELECT count(*) FROM flux_tasks t WHERE t.user_id = p.user_id)
	+ (SELECT count(*) FROM dreamwork_tasks t WHERE t.user_id = p.user_id),
	u.total, u.month
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
	args := []any{textArray(users), month, month.AddDate(0, 1, 0)}
	err := s.query(ctx, "credit_log", statisticsSQL, args, func(rows *sql.Rows) error {
		var user domain.UserID
		one := &domain.Statistics{AsOf: now}
		if err := rows.Scan(&user, &one.TotalTasks, &one.TotalCreditsUsed, &one.ThisMonthUsage); err != nil {
			return err
		}
		statistics[user] = one
		return nil
	})
	return statistics, err
}
