package loaders

import (
	"context"

	"atelier/cache/answers"
	"atelier/domain"
)

// Models reads the models by name, access rules aside: the caller asks auth about each.
func Models(ctx context.Context, includeInactive, full bool) ([]*domain.Model, error) {
	made(ctx, answers.Whole(domain.TableModels))
	models, err := From(ctx).store.Models(ctx, includeInactive, full)
	if err == nil {
		Together(ctx, models)
	}
	return models, err
}

// ModelsByID reads models for roots, access rules aside; the map lacks those that do not exist.
func ModelsByID(ctx context.Context, ids []domain.ModelID, full bool) (map[domain.ModelID]*domain.Model, error) {
	return rooted(ctx, ids, From(ctx).modelsByID(full))
}

// BaseModels reads the model that each model builds on, access rules aside.
func BaseModels(ctx context.Context, models []*domain.Model, full bool) ([]*domain.Model, error) {
	return toOne(ctx, models, relation{"baseModel", full}, func(m *domain.Model) domain.ModelID {
		if m.BaseModelID == nil {
			return ""
		}
		return *m.BaseModelID
	}, From(ctx).modelsByID(full))
}

func (l *Loaders) modelsByID(full bool) fetch[domain.ModelID, *domain.Model] {
	return func(ctx context.Context, ids []domain.ModelID) (map[domain.ModelID]*domain.Model, error) {
		madeOfRows(ctx, domain.TableModels, ids)
		found, err := l.store.ModelsByID(ctx, ids, full)
		return byKey(found, err, func(m *domain.Model) domain.ModelID { return m.ID })
	}
}
