package cache

import "atelier/domain"

func walkAIService(c *coder, s *domain.AIService) {
	text(c, &s.Service)
	c.boolean(&s.Enabled)
	optionalText(c, &s.BaseURL)
	list(c, &s.Prices, walkPrice)
	c.json(&s.Defaults)
	number(c, &s.MaxConcurrentTasks)
	number(c, &s.TaskTimeoutSeconds)
	c.time(&s.UpdatedAt)
}

func walkPrice(c *coder, p *domain.Price) {
	text(c, &p.Option)
	c.decimal(&p.Credits)
}
