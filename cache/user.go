package cache

import "atelier/domain"

func walkUser(c *coder, u *domain.User) {
	text(c, &u.ID)
	text(c, &u.Name)
	text(c, &u.Email)
	text(c, &u.Role)
	optionalText(c, &u.ProfileImageURL)
	optionalTime(c, &u.LastActiveAt)
	c.time(&u.CreatedAt)
	c.time(&u.UpdatedAt)
}
