package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"atelier/domain"
	"atelier/server"
	"atelier/version"
)

type serveCommand struct{}

// Run serves until ctx ends.
func (serveCommand) Run(ctx context.Context, p *program) error {
	if err := p.settings.CheckForServer(); err != nil {
		return usageError{err}
	}
	p.log.LogAttrs(ctx, slog.LevelInfo, "atelier starts with these settings",
		append([]slog.Attr{slog.String("version", version.Current())}, p.settings.LogValue().Group()...)...)
	server.TuneMemory(p.settings)
	s, err := server.New(ctx, p.settings, p.log)
	if errors.Is(err, context.Canceled) {
		p.log.Info("stopped before it was ready")
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.announce(ctx, s); err != nil {
		return errors.Join(err, s.Close())
	}
	err = errors.Join(s.Run(ctx), s.Close())
	p.log.Info("stopped")
	return err
}

// announce prints where the server is and, for atelier's own database, tokens to try it with.
func (p *program) announce(ctx context.Context, s *server.Server) error {
	tokens, err := s.DemoTokens(ctx)
	if err != nil {
		return fmt.Errorf("make tokens for the demo: %w", err)
	}
	state := "Atelier is ready."
	if reason := s.NotReady(ctx); reason != "" {
		state = "Atelier listens, but is not ready: " + reason
	}
	_, _ = fmt.Fprintf(p.stdout, "\n%s\n\n  playground  %s/\n  API         %[2]s/graphql\n", state, s.URL())
	for _, t := range tokens {
		_, _ = fmt.Fprintf(p.stdout, "\n# A demo %s, for %.0f hours:\nexport %s=%s\n", t.Role, server.DemoTokenLifetime.Hours(), variableOf(t.Role), t.Token)
	}
	if len(tokens) > 0 {
		_, _ = fmt.Fprint(p.stdout, "\nIn the playground, as a header: {\"Authorization\": \"Bearer THE_TOKEN\"}\n\n")
	}
	return nil
}

// variableOf names a shell's variable for a token, so that all that is printed may be pasted at once.
func variableOf(role domain.Role) string {
	if role == domain.RoleAdmin {
		return "TOKEN"
	}
	return strings.ToUpper(string(role)) + "_TOKEN"
}
