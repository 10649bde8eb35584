// Package demo makes a platform to look at: users with credits, image tasks, chats and files that read like real
// ones, in any number, and the pictures that their addresses lead to.
//
// It owns what the made-up people do and say. It knows the tables' columns, but no SQL and no server.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"atelier/store"
)

// ErrNotEmpty says that the database holds rows already; Seed has left them as they are.
var ErrNotEmpty = store.ErrNotEmpty

// Size is how many rows to make. The other tables follow from these: about two ledger entries and one generated
// file per task, some uploads, and 26 models.
type Size struct {
	Users    int // The demo admin is the first of them, the demo user the second.
	Tasks    int // Of the three services together. They take a user.
	Chats    int // They take a user.
	Messages int // They take a chat.
}

// DefaultSize is seeded within a second or two and is enough for every list to have several pages.
func DefaultSize() Size { return Size{Users: 200, Tasks: 20_000, Chats: 2_000, Messages: 20_000} }

func (s Size) check() error {
	switch {
	case min(s.Users, s.Tasks, s.Chats, s.Messages) < 0:
		return errors.New("demo data cannot have a negative number of rows")
	case s.Users == 0 && s.Tasks+s.Chats > 0:
		return errors.New("demo tasks and chats need at least one user")
	case s.Chats == 0 && s.Messages > 0:
		return errors.New("demo messages need at least one chat")
	}
	return nil
}

// Options say what to make. Equal options make equal rows, to the byte, on every machine.
type Options struct {
	Size
	// RandomSeed chooses one of the possible worlds.
	RandomSeed uint64
	// Now is when the demo takes place: its newest rows are seconds older, its oldest two years. It counts to the
	// microsecond. Default: the beginning of this day in UTC, so that a demo is recent, and equal all day.
	Now time.Time
	// ImageBase is put before the addresses of pictures: where Pictures is served, as a path or with a host, with its
	// last slash. Default: DefaultImageBase.
	ImageBase string
	// Progress is told how much of the work is done; done only grows, and reaches total at the end. May be nil.
	Progress func(done, total int)
}

// DefaultImageBase is where Pictures is expected, on the server that the reader's browser is at.
const DefaultImageBase = "/pictures/"

// Summary is what Seed has made.
type Summary struct {
	Rows  []TableRows // In the order of loading.
	Admin Account     // Empty if there are no users.
	User  Account     // Empty if there are fewer than two users.
}

// TableRows is a table and how many rows it got.
type TableRows struct {
	Table string
	Rows  int64
}

// Seed fills the migrated database at url, whose tables the role owns: all or nothing. It is one transaction, so
// that after an error, an interruption or a crash there is no row. Nobody else can use the tables meanwhile. In memory it
// holds some bytes per user and the tasks of one user (about 300 bytes each), never a table.
//
// ErrNotEmpty is returned if there are rows in any of the tables that it fills.
func Seed(ctx context.Context, url string, o Options) (Summary, error) {
	if err := o.check(); err != nil {
		return Summary{}, err
	}
	summary, err := seed(ctx, url, withDefaults(o))
	if err != nil {
		return Summary{}, fmt.Errorf("seed demo data: %w", err)
	}
	return summary, nil
}

func withDefaults(o Options) Options {
	if o.ImageBase == "" {
		o.ImageBase = DefaultImageBase
	}
	if o.Now.IsZero() {
		o.Now = time.Now().UTC().Truncate(24 * time.Hour)
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return o
}

func seed(ctx context.Context, url string, o Options) (_ Summary, err error) {
	w := newWorld(o)
	steps := newSteps(w.work(), o.Progress)
	load, err := store.BeginBulkLoad(ctx, url, tableNames()...)
	if err != nil {
		return Summary{}, err
	}
	defer func() { err = errors.Join(err, load.Close()) }()
	var summary Summary
	summary.Admin, summary.User = w.accounts()
	for _, t := range tables {
		rows, err := load.Copy(ctx, t.name, t.columns, func(rows *store.CopyRows) error {
			return w.fill(t, rows, steps.add)
		})
		if err != nil {
			return Summary{}, err
		}
		summary.Rows = append(summary.Rows, TableRows{t.name, rows})
	}
	if err := load.SetUpServices(ctx, o.Now, serviceSetups()...); err != nil {
		return Summary{}, err
	}
	return summary, load.Finish(ctx, steps.finish)
}
