package loaders

import (
	"context"
	"slices"

	"atelier/cache"
	"atelier/cache/answers"
	"atelier/domain"
)

// Models reads the models by name. From a cache they are those that the viewer may see, but otherwise the access rules are left aside: the
// caller asks auth about each.
func Models(ctx context.Context, includeInactive, full bool) ([]*domain.Model, error) {
	made(ctx, answers.Whole(domain.TableModels))
	l := From(ctx)
	scope := cache.ModelScope{Access: l.access.Scope, IncludeInactive: includeInactive, Full: full}
	models, _, err := cache.Get(ctx, l.cache, cache.ModelList, scope, func(ctx context.Context) ([]*domain.Model, bool, error) {
		all, err := l.store.Models(ctx, includeInactive, full)
		return l.access.seen(all), true, err
	})
	return models, err
}

// ModelsByID reads models for roots, access rules aside; the map lacks those that do not exist.
func ModelsByID(ctx context.Context, ids []domain.ModelID, full bool) (map[domain.ModelID]*domain.Model, error) {
	return From(ctx).modelsByID(full)(ctx, ids)
}

// BaseModels reads the model that each model builds on, access rules aside.
func BaseModels(ctx context.Context, models []*domain.Model, full bool) ([]*domain.Model, error) {
	return relate(ctx, models, func(m *domain.Model) domain.ModelID {
		if m.BaseModelID == nil {
			return ""
		}
		return *m.BaseModelID
	}, From(ctx).modelsByID(full))
}

func (l *Loaders) modelsByID(full bool) fetch[domain.ModelID, *domain.Model] {
	return func(ctx context.Context, ids []domain.ModelID) (map[domain.ModelID]*domain.Model, error) {
		madeOfRows(ctx, domain.TableModels, ids)
		entry := cache.Models
		if full {
			entry = cache.ModelsFull
		}
		return cache.GetMany(ctx, l.cache, entry, ids, func(ctx context.Context, ids []domain.ModelID) (map[domain.ModelID]*domain.Model, error) {
			found, err := l.store.ModelsByID(ctx, ids, full)
			return byKey(found, err, func(m *domain.Model) domain.ModelID { return m.ID })
		})
	}
}

// seen are the models that a viewer of this access sees; without rules, all.
func (a Access) seen(models []*domain.Model) []*domain.Model {
	if a.Sees == nil {
		return models
	}
	return slices.DeleteFunc(models, func(m *domain.Model) bool { return !a.Sees(m) })
}
