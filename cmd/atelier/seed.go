package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"atelier/demo"
	"atelier/migrations"
	"atelier/store"
)

type seedCommand struct {
	Users      int       `default:"200" placeholder:"N" help:"How many users: the first is a demo admin, the second a demo user."`
	Tasks      int       `default:"20000" placeholder:"N" help:"How many tasks, over the three services."`
	Chats      int       `default:"2000" placeholder:"N" help:"How many chats."`
	Messages   int       `default:"20000" placeholder:"N" help:"How many messages."`
	RandomSeed uint64    `default:"1" placeholder:"S" help:"Which of the possible worlds. Equal sizes, S and --now make equal rows."`
	Now        time.Time `placeholder:"TIME" help:"When the demo takes place, such as 2026-01-31T08:30:00Z: its newest rows are seconds older. If not set: now."`
}

// Run fills the database.
func (c seedCommand) Run(ctx context.Context, p *program) error {
	if c.Now.IsZero() {
		c.Now = time.Now().UTC().Truncate(time.Second)
	}
	return p.withNewDatabase(ctx, func(url string) error {
		if err := p.migrateForSeed(ctx, url); err != nil {
			return err
		}
		start, progress := time.Now(), p.newProgress("seeding "+p.database())
		summary, err := demo.Seed(ctx, url, c.options(p.settings.PublicURL, progress.report))
		progress.end()
		if errors.Is(err, demo.ErrNotEmpty) {
			return fmt.Errorf("%s has rows already, and was left as it is; seed fills an empty one: set DATABASE_URL, or ATELIER_DATA to a new folder", p.database())
		}
		if err != nil {
			return err
		}
		return c.tell(p, summary, time.Since(start))
	})
}

func (c seedCommand) options(publicURL string, progress func(done, total int)) demo.Options {
	return demo.Options{
		Size:       demo.Size{Users: c.Users, Tasks: c.Tasks, Chats: c.Chats, Messages: c.Messages},
		RandomSeed: c.RandomSeed, Now: c.Now, Progress: progress,
		ImageBase: strings.TrimRight(publicURL, "/") + demo.DefaultImageBase,
	}
}

// migrateForSeed migrates atelier's own database. What DATABASE_URL names is not migrated by the way.
func (p *program) migrateForSeed(ctx context.Context, url string) (err error) {
	if p.settings.Migrates() {
		return migrations.Up(ctx, url)
	}
	s, err := store.Open(ctx, store.Config{URL: url, MaxConns: 1})
	if err != nil {
		return fmt.Errorf("open %s: %w", p.database(), err)
	}
	return errors.Join(p.requireMigrated(ctx, s), s.Close())
}

func (c seedCommand) tell(p *program, summary demo.Summary, took time.Duration) error {
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, t := range summary.Rows {
		_, _ = fmt.Fprintf(table, "%d\t %s\n", t.Rows, t.Table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "seeded in %.1f s (--random-seed %d --now %s)\n",
		took.Seconds(), c.RandomSeed, c.Now.Format(time.RFC3339Nano))
	return err
}
