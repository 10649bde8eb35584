package migrations

import (
	"context"
	"fmt"
	"time"
)

// doctorTimeout bounds each statement of Doctor. What takes longer is left out, with a note.
var doctorTimeout = 10 * time.Second

// Doctor looks at the database at url and changes nothing: the server, the migrations, types and NULLs that do not
// fit, indexes that are missing or invalid, the change feed, the ledger. Before the first Up it says what would make Up refuse.
// The error is for what kept it from looking; what it saw is in the report.
func Doctor(ctx context.Context, url string) (report Report, err error) {
	err = run(ctx, url, "examine database", func(s *session, ctx context.Context) error {
		settings := fmt.Sprintf("SET statement_timeout = %d; SET default_transaction_read_only = on", doctorTimeout.Milliseconds())
		if _, err := s.ExecContext(ctx, settings); err != nil {
			return err
		}
		f := &fitting{db: s.DB, isBounded: true}
		err := f.all(ctx)
		report.Findings = f.findings
		return err
	})
	return report, err
}

func (f *fitting) all(ctx context.Context) error {
	for _, look := range []struct {
		subject string
		at      func(context.Context) error
		well    string // What to say where nothing was found; empty for nothing.
	}{
		{"migrations", f.migrations, ""},
		{"server", f.server, ""},
		{"tables", f.examine, "those that are there fit"},
		{"indexes", f.indexesAndKeys, "those that are there fit and are valid"},
		{"credit_log", f.appendOnly, ""},
		{"change feed", f.changeFeed, ""},
		{"ledger", f.ledger, ""},
	} {
		before := len(f.findings)
		if err := look.at(ctx); err != nil {
			return fmt.Errorf("%s: %w", look.subject, err)
		}
		if look.well != "" && len(f.findings) == before {
			f.add(OK, look.subject, "", "%s", look.well)
		}
	}
	return nil
}

func (f *fitting) indexesAndKeys(ctx context.Context) error {
	if !f.isMigrated {
		if err := f.uniqueIndexes(ctx); err != nil {
			return err
		}
	}
	return f.indexes(ctx)
}

// migrations looks at what is applied, and learns whether the tables are migrated.
func (f *fitting) migrations(ctx context.Context) error {
	statuses, err := status(ctx, f.db)
	if err != nil {
		return err
	}
	f.isMigrated = !isAdopting(statuses)
	applied, err := appliedVersions(ctx, f.db)
	if err != nil {
		return err
	}
	pending := 0
	for _, m := range statuses {
		if !m.Applied() {
			pending++
		}
	}
	newest := known[len(known)-1]
	switch {
	case pending > 0:
		f.add(Problem, "migrations", remedyUp, "%d of %d are pending", pending, len(known))
	case newestFirst(applied)[0] > newest.Version:
		f.add(Note, "migrations", "", "version %d is newer than this program, which knows %d", newestFirst(applied)[0], newest.Version)
	default:
		f.add(OK, "migrations", "", "all %d are applied", len(known))
	}
	return nil
}
