package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	"atelier/auth"
	"atelier/demo"
	"atelier/domain"
	"atelier/embedded"
	"atelier/loaders"
	"atelier/migrations"
	"atelier/resolvers"
	"atelier/store"
	"atelier/version"
)

// start brings up what the routes need, then the routes.
func (s *Server) start(ctx context.Context) error {
	if err := s.openRedis(); err != nil {
		return err
	}
	databaseURL, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	if err := s.checkListenURL(ctx, databaseURL); err != nil {
		return err
	}
	if err := s.fillWithDemo(ctx); err != nil {
		return err
	}
	settings, err := verifierConfig(s.config, s.log)
	if err != nil {
		return err
	}
	verifier, err := auth.NewVerifier(s.lifetime, settings)
	if err != nil {
		return fmt.Errorf("settings of tokens: %w", err)
	}
	activity := auth.NewActivity(s.store.TouchUsers, s.log)
	s.background.Go(func() { activity.Run(s.lifetime) })
	if err := s.openCache(ctx); err != nil {
		return err
	}
	s.keepAnswers()
	s.followChanges(databaseURL)
	door := auth.Door{Verifier: verifier, RoleOf: loaders.Role(s.store, s.cache), Seen: activity.Seen}
	s.handler.Store(s.routes(ctx, door, resolvers.New(s.store).Through(s.cache)))
	s.metrics.Build(version.Current())
	s.metrics.Pool(s.store.DB().Stats)
	s.readiness.cache = s.cache.State
	s.readiness.askFrom(s.databaseIsReady)
	s.warnOfWhatIsNotThere(ctx)
	return nil
}

// openDatabase starts PostgreSQL if it is atelier's own, migrates it if that is wanted, and connects. It returns its address.
func (s *Server) openDatabase(ctx context.Context) (url string, err error) {
	s.readiness.refuse("the database is being started")
	if url, err = s.databaseURL(ctx); err != nil {
		return "", err
	}
	if s.config.Migrates() {
		s.readiness.refuse("the database is being migrated")
		if err := migrations.Up(ctx, url); err != nil {
			return "", err
		}
	}
	s.store, err = store.Open(ctx, store.Config{
		URL: url, MaxConns: s.config.MaxConns, StatementTimeout: s.config.StatementTimeout, Observe: s.metrics.TimeQuery,
	})
	if err != nil {
		return "", fmt.Errorf("open the database (DATABASE_URL): %w", err)
	}
	return url, nil
}

func (s *Server) databaseURL(ctx context.Context) (string, error) {
	if !s.config.IsEmbedded() {
		return string(s.config.DatabaseURL), nil
	}
	cluster, err := embedded.Open(ctx, embedded.Options{Dir: s.config.Data, Log: s.log})
	if err != nil {
		return "", err
	}
	s.cluster = cluster
	return cluster.URL(""), nil
}

// fillWithDemo gives atelier's own database something to look at while it has no users.
func (s *Server) fillWithDemo(ctx context.Context) error {
	if !s.config.IsEmbedded() || !s.config.HasDemo() {
		return nil
	}
	pending, err := migrations.Pending(ctx, s.store.DB().DB)
	if err != nil || pending > 0 { // Not migrated, since that was not wanted: /readyz tells.
		return err
	}
	users, err := s.store.Users(ctx, domain.UserFilter{}, domain.UserOrder{
		Field: domain.UsersByCreatedAt, Direction: domain.Descending,
	}, domain.Page{Limit: 1})
	if err != nil || len(users.Items) > 0 {
		return err
	}
	s.readiness.refuse("demo data is being made")
	start, size := time.Now(), demo.DefaultSize()
	if _, err := demo.Seed(ctx, s.cluster.URL(""), demo.Options{
		Size: size, RandomSeed: 1, Now: start, ImageBase: strings.TrimRight(s.config.PublicURL, "/") + demo.DefaultImageBase,
	}); err != nil {
		return err
	}
	s.log.Info("demo data made", "users", size.Users, "tasks", size.Tasks, "chats", size.Chats,
		"messages", size.Messages, "took", time.Since(start))
	return nil
}

// warnOfWhatIsNotThere says what the operator may expect and will not get.
func (s *Server) warnOfWhatIsNotThere(ctx context.Context) {
	if reason, _ := s.databaseIsReady(ctx); reason != "" {
		s.log.Warn("not ready: " + reason)
	}
}
