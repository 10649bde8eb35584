package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"atelier/migrations"
)

type migrateCommand struct {
	Up     migrateUpCommand     `cmd:"" help:"Apply what is pending. A database that has these tables already is adopted: what is there stays. Any number of processes may do it at once."`
	Down   migrateDownCommand   `cmd:"" help:"Take back the newest migration, or those down to a version, with the rows in what they created. What was there before is never dropped."`
	Status migrateStatusCommand `cmd:"" help:"List the migrations and when they were applied."`
	Feed   migrateFeedCommand   `cmd:"" help:"Have the tables tell what changes in them (on), or spare writes the cost (off): then servers serve nothing from their caches or, with CHANGE_FEED=off, what was cached as long as it may live. It mends triggers that were dropped or disabled."`
}

type migrateUpCommand struct{}

// Run applies what is pending.
func (migrateUpCommand) Run(ctx context.Context, p *program) error {
	return p.withNewDatabase(ctx, func(url string) error {
		if err := migrations.Up(ctx, url); err != nil {
			return err
		}
		return p.tellVersion(ctx, url)
	})
}

type migrateDownCommand struct {
	To *int64 `placeholder:"VERSION" help:"Take back all that is newer than this version; 0 takes back everything. If not set: the newest one."`
}

// Run takes migrations back.
func (c migrateDownCommand) Run(ctx context.Context, p *program) error {
	to := migrations.OneStep
	if c.To != nil {
		to = *c.To
	}
	if c.To != nil && to < 0 {
		return usageError{errors.New("--to: a version is 0 or more")}
	}
	return p.withDatabase(ctx, func(url string) error {
		if err := migrations.Down(ctx, url, to); err != nil {
			return err
		}
		return p.tellVersion(ctx, url)
	})
}

type migrateFeedCommand struct {
	State string `arg:"" enum:"on,off" help:"on or off."`
}

// Run switches the change feed.
func (c migrateFeedCommand) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(url string) error {
		if err := migrations.SetFeed(ctx, url, c.State == "on"); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.stdout, "the change feed is "+c.State)
		return err
	})
}

func (p *program) tellVersion(ctx context.Context, url string) error {
	list, err := migrations.Status(ctx, url)
	if err != nil {
		return err
	}
	applied := 0
	for _, m := range list {
		if m.Applied() {
			applied++
		}
	}
	_, err = fmt.Fprintf(p.stdout, "%d of %d migrations are applied\n", applied, len(list))
	return err
}

type migrateStatusCommand struct{}

// Run lists the migrations.
func (migrateStatusCommand) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(url string) error {
		list, err := migrations.Status(ctx, url)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "version\tname\tapplied")
		for _, m := range list {
			_, _ = fmt.Fprintf(table, "%d\t%s\t%s\n", m.Version, m.Name, appliedAt(m))
		}
		return table.Flush()
	})
}

func appliedAt(m migrations.Migration) string {
	if !m.Applied() {
		return "pending"
	}
	return m.AppliedAt.Format(time.RFC3339)
}
