package loaders

import (
	"context"

	"atelier/cache/answers"
	"atelier/domain"
	"atelier/relay"
)

// Balances reads the balance of each user, as it is now.
func Balances(ctx context.Context, users []*domain.User) ([]domain.Decimal, error) {
	s := From(ctx).store
	read := func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]domain.Decimal, error) {
		answers.From(ctx).Refuse(answers.Balance)
		return s.Balances(ctx, ids)
	}
	return relate(ctx, users, ownersKey(ctx), read)
}

// CreditLogs reads a page of each user's ledger.
func CreditLogs(ctx context.Context, users []*domain.User, list List) ([]*relay.Connection[*domain.CreditLog], error) {
	s := From(ctx).store
	counts := func(id domain.UserID) total { return total{list: totalCreditLogs, parent: id} }
	read := func(ctx context.Context, ids []domain.UserID) ([]*relay.Connection[*domain.CreditLog], error) {
		answers.From(ctx).Refuse(answers.Balance) // The newest entry tells it.
		slices, err := s.CreditLogs(ctx, ids, list.Page, list.Full)
		return connections(ctx, list, ids, slices, err, domain.CreditLogPosition, counts)
	}
	return relateEach(ctx, users, ownersKey(ctx), read)
}

// CreditLogsByID reads ledger entries for roots; the map lacks those that do not exist.
func CreditLogsByID(ctx context.Context, ids []domain.CreditLogID, full bool) (map[domain.CreditLogID]*domain.CreditLog, error) {
	madeOfRows(ctx, domain.TableCreditLog, ids)
	answers.From(ctx).Refuse(answers.Balance)
	found, err := From(ctx).store.CreditLogsByID(ctx, ids, full)
	return byKey(found, err, func(l *domain.CreditLog) domain.CreditLogID { return l.ID })
}
