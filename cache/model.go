package cache

import "atelier/domain"

func walkModel(c *coder, m *domain.Model) {
	text(c, &m.ID)
	text(c, &m.UserID)
	optionalText(c, &m.BaseModelID)
	text(c, &m.Name)
	c.json(&m.Params)
	c.json(&m.Meta)
	c.boolean(&m.Access.Everyone)
	list(c, &m.Access.UserIDs, text[domain.UserID])
	c.decimal(&m.Price)
	c.boolean(&m.IsActive)
	c.time(&m.CreatedAt)
	c.time(&m.UpdatedAt)
}
