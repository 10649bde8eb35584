package loaders

import (
	"context"

	"atelier/domain"
)

// AIServices reads the configuration of these services, by name, without those that have none.
func AIServices(ctx context.Context, services []domain.Service) ([]*domain.AIService, error) {
	madeOfRows(ctx, domain.TableAIServices, services)
	return From(ctx).store.AIServices(ctx, services)
}
