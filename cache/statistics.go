package cache

import "atelier/domain"

func walkStatistics(c *coder, s *domain.Statistics) {
	number(c, &s.TotalTasks)
	c.decimal(&s.TotalCreditsUsed)
	c.decimal(&s.ThisMonthUsage)
	c.time(&s.AsOf)
}
