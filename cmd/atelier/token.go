package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"atelier/domain"
	"atelier/relay"
	"atelier/server"
	"atelier/store"
)

type tokenCommand struct {
	User  string        `xor:"who" placeholder:"ID" help:"The user with this id, as in the database or in the API."`
	Email string        `xor:"who" placeholder:"E" help:"The user with this email."`
	Role  string        `xor:"who" placeholder:"admin|user" help:"The longest-standing user of this role. The token itself holds no role."`
	TTL   time.Duration `name:"ttl" default:"1h" placeholder:"DURATION" help:"How long the token holds, from a second on."`
}

// Run prints the token of a user that exists.
func (c tokenCommand) Run(ctx context.Context, p *program) error {
	if err := c.check(); err != nil {
		return usageError{err}
	}
	var user domain.UserID
	err := p.withStore(ctx, func(s *store.Store) (err error) {
		if user, err = c.find(ctx, s); err != nil {
			return fmt.Errorf("%w in %s", err, p.database())
		}
		return nil
	})
	if err != nil {
		return err
	}
	signer, err := server.Signer(p.settings) // Not before: it makes a secret in a data folder that may not be one.
	if err != nil {
		return err
	}
	token, err := signer.Sign(user, c.TTL, time.Now())
	if err == nil {
		_, err = fmt.Fprintln(p.stdout, token)
	}
	return err
}

func (c tokenCommand) check() error {
	switch {
	case c.User == "" && c.Email == "" && c.Role == "":
		return errors.New("say whose token: --user ID, --email E, or --role admin|user")
	case c.Role != "" && c.Role != string(domain.RoleAdmin) && c.Role != string(domain.RoleUser):
		return fmt.Errorf("--role must be admin or user, not %q", c.Role)
	case c.TTL < time.Second:
		return fmt.Errorf("--ttl must be a second or more, not %v", c.TTL)
	}
	return nil
}

func (c tokenCommand) find(ctx context.Context, s *store.Store) (domain.UserID, error) {
	switch {
	case c.Email != "":
		return s.UserIDByEmail(ctx, c.Email)
	case c.Role != "":
		return s.FirstUserOfRole(ctx, domain.Role(c.Role))
	}
	user := domain.UserID(c.User)
	_, err := s.Role(ctx, user)
	if id, notGlobal := relay.ParseID(c.User); err != nil && notGlobal == nil && id.Type == relay.TypeUser {
		user = domain.UserID(id.Key)
		_, err = s.Role(ctx, user)
	}
	return user, err
}
