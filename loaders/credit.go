package loaders

import (
	"context"
	"maps"
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

// balances are those that came with the rows of their users, or why they did not come.
type balances struct {
	mu     sync.Mutex
	read   map[domain.UserID]domain.Decimal
	failed map[domain.UserID]error
}

func (b *balances) add(read map[domain.UserID]domain.Decimal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.read == nil {
		b.read = read
		return
	}
	joined := maps.Clone(b.read) // What was given out is read without the lock.
	maps.Copy(joined, read)
	b.read = joined
}

func (b *balances) fail(ids []domain.UserID, why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed == nil {
		b.failed = map[domain.UserID]error{}
	}
	for _, id := range ids {
		b.failed[id] = why
	}
}

// of returns balances among which are those of all of these users, or nil.
func (b *balances) of(ids []domain.UserID) (map[domain.UserID]domain.Decimal, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		if why, has := b.failed[id]; has {
			return nil, why
		}
		if _, has := b.read[id]; !has {
			return nil, nil
		}
	}
	return b.read, nil
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
