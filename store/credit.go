package store

import (
	"context"
	"database/sql"

	"atelier/domain"
)

const balancesSQL = `SELECT user_id, credit FROM credit WHERE user_id = ANY($1::text[])`

// Balances reads the balances of these users as they are now; a user without a row has 0.0000.
func (s *Store) Balances(ctx context.Context, users []domain.UserID) (map[domain.UserID]domain.Decimal, error) {
	balances := make(map[domain.UserID]domain.Decimal, len(users))
	err := s.query(ctx, "credit", balancesSQL, []any{textArray(users)}, func(rows *sql.Rows) error {
		var user domain.UserID
		var balance domain.Decimal
		if err := rows.Scan(&user, &balance); err != nil {
			return err
		}
		balances[user] = balance
		return nil
	})
	return balances, err
}

var creditLogs = &noun[*domain.CreditLog]{
	table: "credit_log",
	light: "t.id, t.user_id, t.kind, t.delta, t.balance_after, t.task_id, coalesce(t.task_service, '') AS task_service, t.created_at",
	heavy: "t.detail",
	scan: func(full bool) ([]any, func() *domain.CreditLog) {
		l := &domain.CreditLog{}
		dest := []any{&l.ID, &l.UserID, &l.Kind, &l.Delta, &l.BalanceAfter, &l.TaskKey, &l.TaskService, &l.CreatedAt}
		if full {
			dest = append(dest, &l.Detail)
		}
		return dest, func() *domain.CreditLog {
			l.Kind = knownKind(l.Kind)
			return l
		}
	},
}

func knownKind(k domain.CreditLogKind) domain.CreditLogKind {
	switch k {
	case domain.CreditGrant, domain.CreditPurchase, domain.CreditRefund, domain.CreditAdjust,
		domain.CreditHold, domain.CreditSettle, domain.CreditRelease:
		return k
	}
	return domain.CreditOther
}

// CreditLogs reads a page of each user's ledger, newest first. Served by idx_credit_log_user_time.
func (s *Store) CreditLogs(ctx context.Context, users []domain.UserID, page domain.Page, full bool) ([]domain.Slice[*domain.CreditLog], error) {
	return pages(ctx, s, creditLogList(users), len(users), page, full)
}

// CountCreditLogs counts each user's ledger.
func (s *Store) CountCreditLogs(ctx context.Context, users []domain.UserID) ([]int, error) {
	return counts(ctx, s, creditLogList(users), len(users))
}

func creditLogList(users []domain.UserID) *list[*domain.CreditLog] {
	return &list[*domain.CreditLog]{
		noun: creditLogs, key: "created_at", keyType: "timestamptz", descends: true,
		branches: []branch{{from: "credit_log t", key: "t.created_at", where: []string{"t.user_id = p.user_id"}}},
		parents:  []parentKeys{{"user_id", texts(users)}},
	}
}

// CreditLogsByID reads the entries with these ids, in no order, without those that do not exist.
func (s *Store) CreditLogsByID(ctx context.Context, ids []domain.CreditLogID, full bool) ([]*domain.CreditLog, error) {
	return byKeys(ctx, s, creditLogs, ids, full)
}
