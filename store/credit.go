package store

import (
	"context"

	"atelier/domain"
)

const balancesSQL = `SELECT record_send(ROW(user_id, credit)) FROM credit WHERE user_id = ANY($1::text[])`

// Balances reads the balances of these users as they are now; a user without a row has 0.0000.
func (s *Store) Balances(ctx context.Context, users []domain.UserID) (map[domain.UserID]domain.Decimal, error) {
	balances := make(map[domain.UserID]domain.Decimal, len(users))
	err := s.read(ctx, "credit", balancesSQL, []any{texts(users)}, func(row *row) error {
		user := domain.UserID(row.text())
		balances[user] = row.decimal()
		return nil
	})
	return balances, err
}

var creditLogs = &noun[*domain.CreditLog]{
	table: "credit_log",
	light: "t.id, t.user_id, t.kind, t.delta, t.balance_after, t.task_id, coalesce(t.task_service, '') AS task_service, t.created_at",
	heavy: "t.detail",
	scan: func(r *row, full bool) *domain.CreditLog {
		l := &domain.CreditLog{
			ID: domain.CreditLogID(r.text()), UserID: domain.UserID(r.text()), Kind: knownKind(domain.CreditLogKind(r.text())),
			Delta: r.decimal(), BalanceAfter: r.decimal(), TaskKey: r.maybeText(), TaskService: domain.Service(r.text()), CreatedAt: r.time(),
		}
		if full {
			l.Detail = r.document()
		}
		return l
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
		noun: creditLogs, name: "of users", key: "created_at", keyType: "timestamptz", descends: true,
		where: []string{"t.user_id = p.user_id"}, branches: one("credit_log t", "t.created_at"),
		parents: []parentKeys{{"user_id", texts(users)}},
	}
}

// CreditLogsByID reads the entries with these ids, in no order, without those that do not exist.
func (s *Store) CreditLogsByID(ctx context.Context, ids []domain.CreditLogID, full bool) ([]*domain.CreditLog, error) {
	return byKeys(ctx, s, creditLogs, ids, full)
}
