package loaders

import (
	"context"
	"maps"
	"slices"

	"atelier/cache"
	"atelier/domain"
)

// AIServices reads the configuration of these services, by name, without those that have none.
func AIServices(ctx context.Context, services []domain.Service) ([]*domain.AIService, error) {
	madeOfRows(ctx, domain.TableAIServices, services)
	l := From(ctx)
	found, err := cache.GetMany(ctx, l.cache, cache.AIConfig, services, func(ctx context.Context, services []domain.Service) (map[domain.Service]*domain.AIService, error) {
		found, err := l.store.AIServices(ctx, services)
		return byKey(found, err, func(s *domain.AIService) domain.Service { return s.Service })
	})
	named := make([]*domain.AIService, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		named = append(named, found[name])
	}
	return named, err
}
