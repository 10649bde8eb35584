package resolvers

import (
	"context"

	"atelier/domain"
	"atelier/loaders"
)

// AiServices is every AI service that has a configuration.
func (queries) AiServices(ctx context.Context) ([]*domain.AIService, error) {
	return loaders.AIServices(ctx, domain.Services())
}

// AiService is one AI service, or null.
func (queries) AiService(ctx context.Context, service domain.Service) (*domain.AIService, error) {
	found, err := loaders.AIServices(ctx, []domain.Service{service})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}
