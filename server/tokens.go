package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"atelier/auth"
	"atelier/config"
	"atelier/demo"
	"atelier/domain"
	"atelier/embedded"
)

// Signer returns what signs tokens that a server of these settings accepts.
func Signer(c config.Config) (auth.Signer, error) {
	if c.JWKSURL != "" {
		return auth.Signer{}, errors.New("JWKS_URL is set: its issuer signs the tokens, and atelier cannot; ask the issuer for one")
	}
	secret, err := secretOf(c)
	if err != nil {
		return auth.Signer{}, err
	}
	return auth.Signer{Secret: secret, Claim: c.JWTClaim, Issuer: c.JWTIssuer, Audience: c.JWTAudience}, nil
}

// secretOf returns JWT_SECRET, or else the one of atelier's own data folder.
func secretOf(c config.Config) ([]byte, error) {
	if c.JWTSecret != "" {
		return []byte(c.JWTSecret), nil
	}
	if !c.IsEmbedded() {
		return nil, errors.New("JWT_SECRET: with DATABASE_URL, it must be set to what the server has")
	}
	secret, err := embedded.Secret(c.Data)
	return []byte(secret), err
}

func verifierConfig(c config.Config, log *slog.Logger) (auth.VerifierConfig, error) {
	v := auth.VerifierConfig{
		JWKSURL: string(c.JWKSURL), Algorithm: c.Algorithm(), Claim: c.JWTClaim, Leeway: c.JWTLeeway,
		Issuer: c.JWTIssuer, Audience: c.JWTAudience, Log: log,
	}
	if c.JWTLeeway == 0 {
		v.Leeway = -1 // None; its zero would be the default.
	}
	if c.JWKSURL != "" {
		return v, nil
	}
	var err error
	v.Secret, err = secretOf(c)
	return v, err
}

// DemoTokenLifetime is how long the tokens of DemoTokens hold.
const DemoTokenLifetime = 24 * time.Hour

// playgroundTokenLifetime is how long the token holds that the playground comes filled in with: as long as a server may
// be left to run on somebody's desk.
const playgroundTokenLifetime = 30 * 24 * time.Hour

// DemoToken lets whoever has it be one of the users of the demo.
type DemoToken struct {
	Role  domain.Role
	Token string
}

// DemoTokens returns tokens of an admin and of a user of atelier's own database, as far as there are such; on DATABASE_URL,
// and where atelier cannot sign, none.
//
// SECURITY: they are for the person who started the server. They must not be logged.
func (s *Server) DemoTokens(ctx context.Context) ([]DemoToken, error) {
	return s.demoTokens(ctx, DemoTokenLifetime)
}

func (s *Server) demoTokens(ctx context.Context, lifetime time.Duration) ([]DemoToken, error) {
	if !s.config.IsEmbedded() || s.config.JWKSURL != "" {
		return nil, nil
	}
	signer, err := Signer(s.config)
	if err != nil {
		return nil, err
	}
	var tokens []DemoToken
	admin, user := demo.Accounts()
	for _, who := range []struct {
		role domain.Role
		id   string
	}{{domain.RoleAdmin, admin.ID}, {domain.RoleUser, user.ID}} {
		id, err := s.someoneOfRole(ctx, who.role, domain.UserID(who.id))
		if domain.CodeOf(err) == domain.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		token, err := signer.Sign(id, lifetime, time.Now())
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, DemoToken{who.role, token})
	}
	return tokens, nil
}

// someoneOfRole returns the preferred user if they have the role, or else the longest-standing who does.
func (s *Server) someoneOfRole(ctx context.Context, role domain.Role, preferred domain.UserID) (domain.UserID, error) {
	if has, err := s.store.Role(ctx, preferred); err == nil && has == role {
		return preferred, nil
	}
	return s.store.FirstUserOfRole(ctx, role)
}

// isPrivate reports whether this machine alone reaches the server, as far as it can tell.
func (s *Server) isPrivate() bool {
	address, isTCP := s.listener.Addr().(*net.TCPAddr)
	return isTCP && address.IP.IsLoopback() && s.config.PublicURL == ""
}

// playgroundToken is the demo admin's token, for the playground to come filled in with: on atelier's own database only, and
// not where others may reach the page.
func (s *Server) playgroundToken(ctx context.Context) string {
	if !s.config.HasDemo() || !s.isPrivate() {
		return ""
	}
	tokens, err := s.demoTokens(ctx, playgroundTokenLifetime)
	if err != nil {
		return ""
	}
	for _, t := range tokens {
		if t.Role == domain.RoleAdmin {
			return t.Token
		}
	}
	return ""
}
