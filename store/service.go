package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"atelier/domain"
)

const aiServicesSQL = `
SELECT record_send(ROW(id, enabled, base_url, prices, defaults, max_concurrent_tasks, task_timeout_seconds, updated_at))
FROM ai_services WHERE id = ANY($1::text[]) ORDER BY id`

// AIServices reads the configuration of these services, by name, without those that have none.
func (s *Store) AIServices(ctx context.Context, services []domain.Service) ([]*domain.AIService, error) {
	found := []*domain.AIService{}
	err := s.read(ctx, "ai_services", aiServicesSQL, []any{texts(services)}, func(row *row) error {
		service, err := scanAIService(row.apart())
		found = append(found, service)
		return err
	})
	return found, err
}

func scanAIService(r *row) (*domain.AIService, error) {
	service := &domain.AIService{Service: domain.Service(r.text()), Enabled: r.yes(), BaseURL: r.maybeText()}
	prices := r.document()
	service.Defaults, service.MaxConcurrentTasks, service.TaskTimeoutSeconds, service.UpdatedAt = r.document(), r.whole(), r.whole(), r.time()
	if r.err != nil {
		return nil, r.err
	}
	var err error
	service.Prices, err = parsePrices(prices)
	return service, err
}

// parsePrices reads {"fast": "5.0000", …}, by option; a bare number, as a person would write it, is as good.
func parsePrices(raw domain.JSON) ([]domain.Price, error) {
	var texts map[string]json.Number // Takes both, and keeps every digit.
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, fmt.Errorf("read the prices: %w", err)
	}
	prices := make([]domain.Price, 0, len(texts))
	for _, option := range slices.Sorted(maps.Keys(texts)) {
		credits, err := domain.ParseDecimal(texts[option].String())
		if err != nil { // Not wrapped: it would tell the caller of the API that their argument is wrong.
			return nil, fmt.Errorf("the price of %q is not a decimal: %q", option, texts[option])
		}
		prices = append(prices, domain.Price{Option: option, Credits: credits})
	}
	return prices, nil
}
