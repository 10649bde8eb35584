package loaders

import (
	"context"
	"sync"

	"atelier/cache/answers"
	"atelier/domain"
	"atelier/relay"
)

// Balances reads the balance of each user, as it is now; or was, when this response read it with the user's row.
func Balances(ctx context.Context, users []*domain.User) ([]domain.Decimal, error) {
	l := From(ctx)
	read := func(ctx context.Context, ids []domain.UserID) (map[domain.UserID]domain.Decimal, error) {
		answers.From(ctx).Refuse(answers.Balance)
		if known, err := l.balances.of(ids); known != nil || err != nil {
			return known, err
		}
		return l.store.Balances(ctx, ids)
	}
	return relate(ctx, users, ownersKey(ctx), read)
}

// balances are those that were read with the rows of their users.
type balances struct {
	mu    sync.Mutex
	known map[domain.UserID]balance
}

// balance is an amount, or why it could not be read.
type balance struct {
	amount domain.Decimal
	err    error
}

// note keeps what was read, or why nothing could be; users who do not exist have no balance.
func (b *balances) note(ids []domain.UserID, read map[domain.UserID]domain.Decimal, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil {
		b.known = make(map[domain.UserID]balance, len(ids))
	}
	for _, id := range ids {
		if amount, isThere := read[id]; isThere || err != nil {
			b.known[id] = balance{amount, err}
		}
	}
}

// of returns the balances of these users if all of them are known, and nil otherwise.
func (b *balances) of(ids []domain.UserID) (map[domain.UserID]domain.Decimal, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil {
		return nil, nil
	}
	found := make(map[domain.UserID]domain.Decimal, len(ids))
	for _, id := range ids {
		known, isKnown := b.known[id]
		if !isKnown || known.err != nil {
			return nil, known.err
		}
		found[id] = known.amount
	}
	return found, nil
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
