package resolvers

import (
	"context"
	"slices"

	"atelier/domain"
	"atelier/graph"
	"atelier/loaders"
)

type models struct{}

// Model returns the resolvers of a model's relations.
func (*Resolver) Model() graph.ModelResolver { return models{} }

// Models is every model that the viewer may use.
func (queries) Models(ctx context.Context, includeInactive bool) ([]*domain.Model, error) {
	all, err := loaders.Models(ctx, includeInactive, graph.Selects(ctx, heavyModel...))
	seen, err := visible(ctx, all, err)
	return slices.DeleteFunc(seen, func(m *domain.Model) bool { return m == nil }), err
}

// BaseModel is the model that each model builds on.
func (models) BaseModel(ctx context.Context, objs []*domain.Model) ([]*domain.Model, error) {
	bases, err := loaders.BaseModels(ctx, objs, graph.Selects(ctx, heavyModel...))
	return visible(ctx, bases, err)
}

// User is who added each model.
func (models) User(ctx context.Context, objs []*domain.Model) ([]*domain.User, error) {
	owners, err := loaders.Owners(ctx, objs, func(m *domain.Model) domain.UserID { return m.UserID })
	return visible(ctx, owners, err)
}
