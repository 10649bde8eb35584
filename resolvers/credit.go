package resolvers

import (
	"context"

	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
	"atelier/relay"
)

type creditLogs struct{}

// CreditLog returns the resolvers of a ledger entry's relations.
func (*Resolver) CreditLog() graph.CreditLogResolver { return creditLogs{} }

// CreditLogConnection returns the resolver of a ledger's total.
func (*Resolver) CreditLogConnection() graph.CreditLogConnectionResolver {
	return totals[*domain.CreditLog]{}
}

// Credit is each user's balance as it is now.
func (users) Credit(ctx context.Context, objs []*domain.User) ([]*domain.Decimal, error) {
	balances, err := loaders.Balances(ctx, objs)
	if err != nil {
		return nil, err
	}
	credits := make([]*domain.Decimal, len(objs))
	for i := range balances {
		credits[i] = &balances[i]
	}
	return credits, nil
}

// CreditLogs is a page of each user's ledger.
func (users) CreditLogs(ctx context.Context, objs []*domain.User, first *int, after *string, last *int, before *string) ([]*graph.CreditLogConnection, error) {
	list, err := list(ctx, relay.NewScope("User.creditLogs"), first, after, last, before, graph.Selects(ctx, heavyCreditLog...))
	if err != nil {
		return nil, err
	}
	return loaders.CreditLogs(ctx, objs, list)
}

// Task is the task that each entry belongs to.
func (creditLogs) Task(ctx context.Context, objs []*domain.CreditLog) ([]domain.Task, error) {
	tasks, err := loaders.RelatedTasks(ctx, objs, graph.Selects(ctx, heavyTask...), func(l *domain.CreditLog) domain.TaskID {
		if l.TaskKey == nil {
			return domain.TaskID{}
		}
		return domain.TaskID{Service: l.TaskService, Key: *l.TaskKey}
	})
	return visible(ctx, tasks, err)
}
