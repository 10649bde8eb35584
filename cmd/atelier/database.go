package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"atelier/embedded"
	"atelier/migrations"
	"atelier/store"
)

// closeLimit is how long atelier's own PostgreSQL may take to stop properly.
const closeLimit = 30 * time.Second

// withDatabase calls do with the URL of the database that the settings name. Atelier's own runs meanwhile, whether a server
// runs it or not; where there is none yet, that is an error.
func (p *program) withDatabase(ctx context.Context, do func(url string) error) error {
	return p.attach(ctx, embedded.Options{Existing: true}, do)
}

// withNewDatabase is withDatabase for what fills it: atelier's own is made where there is none yet.
func (p *program) withNewDatabase(ctx context.Context, do func(url string) error) error {
	return p.attach(ctx, embedded.Options{}, do)
}

func (p *program) attach(ctx context.Context, o embedded.Options, do func(url string) error) (err error) {
	if !p.settings.IsEmbedded() {
		return do(string(p.settings.DatabaseURL))
	}
	o.Dir, o.Log = p.settings.Data, p.log
	cluster, err := embedded.Attach(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
		defer cancel()
		err = errors.Join(err, cluster.Close(closing))
	}()
	return do(cluster.URL(""))
}

// withStore is withDatabase for what reads tables: all migrations must be there.
func (p *program) withStore(ctx context.Context, do func(*store.Store) error) error {
	return p.withDatabase(ctx, func(url string) (err error) {
		s, err := store.Open(ctx, store.Config{URL: url, MaxConns: 1, StatementTimeout: p.settings.StatementTimeout})
		if err != nil {
			return fmt.Errorf("open %s: %w", p.database(), err)
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		if err := p.requireMigrated(ctx, s); err != nil {
			return err
		}
		return do(s)
	})
}

func (p *program) requireMigrated(ctx context.Context, s *store.Store) error {
	pending, err := migrations.Pending(ctx, s.DB().DB)
	if err == nil && pending > 0 {
		err = fmt.Errorf("migrations are pending (%d) in %s; run: atelier migrate up", pending, p.database())
	}
	return err
}

// database names the database for people.
func (p *program) database() string {
	if !p.settings.IsEmbedded() {
		return "the database of DATABASE_URL"
	}
	folder, err := filepath.Abs(p.settings.Data)
	if err != nil {
		folder = p.settings.Data
	}
	return "atelier's own database in " + folder
}
