package migrations

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// notNullCheck is the constraint by which columns become NOT NULL without a scan under an exclusive lock:
// it is added unvalidated, validated while others write, believed by SET NOT NULL, and dropped.
const notNullCheck = "atelier_not_null"

// adopt brings tables that were there before into shape, as preflight found possible: columns, defaults, NOT NULL
// and unique keys are added; every addition is remembered for the way down. Done again, it goes on where it stopped.
func (s *session) adopt(ctx context.Context, statuses []Migration) error {
	catalog, err := readCatalog(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, m := range statuses {
		if catalog[m.Name] == nil || m.Applied() {
			continue // Each table is created by the migration of its name.
		}
		if _, err := s.ExecContext(ctx, rememberTable, m.Name); err != nil {
			return fmt.Errorf("remember table %s: %w", m.Name, err)
		}
	}
	for _, t := range shape {
		if r := catalog[t.name]; r != nil {
			if err := s.adoptTable(ctx, t, r); err != nil {
				return fmt.Errorf("adopt table %s: %w", t.name, err)
			}
		}
	}
	return nil
}

// rememberTable is for a table that came after the first migration and before its own, when a run was interrupted.
const rememberTable = `INSERT INTO atelier_adopted (kind, name) VALUES ('table', $1) ON CONFLICT DO NOTHING`

func (s *session) adoptTable(ctx context.Context, t table, r *relation) error {
	if err := s.addColumns(ctx, t, r); err != nil {
		return err
	}
	if nullable := nullableColumns(t, r); len(nullable) > 0 {
		if err := s.forbidNulls(ctx, t, nullable); err != nil {
			return err
		}
	}
	for _, key := range missingKeys(t, r) {
		if err := s.buildKey(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// addColumns adds columns and defaults that are missing. Neither rewrites rows: defaults are constant or now().
func (s *session) addColumns(ctx context.Context, t table, r *relation) error {
	var added []addition
	var actions []string
	for _, c := range t.columns {
		a, ok := r.columns[c.name]
		switch {
		case !ok:
			added = append(added, addition{t.name, "column", c.name})
			actions = append(actions, "ADD COLUMN "+c.definition())
		case c.fallback != "" && !a.hasDefault:
			added = append(added, addition{t.name, "default", c.name})
			actions = append(actions, "ALTER COLUMN "+c.name+" SET DEFAULT "+c.fallback)
		}
	}
	if actions == nil {
		return nil
	}
	return s.change(ctx, added, alter(t, "%s", strings.Join(actions, ", ")))
}

// forbidNulls sets columns NOT NULL, with a short lock before and after a scan that lets others write.
func (s *session) forbidNulls(ctx context.Context, t table, columns []column) error {
	var added []addition
	var checks, actions []string
	for _, c := range columns {
		added = append(added, addition{t.name, "not null", c.name})
		checks = append(checks, c.name+" IS NOT NULL")
		actions = append(actions, "ALTER COLUMN "+c.name+" SET NOT NULL")
	}
	drop := alter(t, "DROP CONSTRAINT IF EXISTS %s", notNullCheck)
	check := alter(t, "ADD CONSTRAINT %s CHECK (%s) NOT VALID", notNullCheck, strings.Join(checks, " AND "))
	if err := s.change(ctx, nil, drop, check); err != nil {
		return err
	}
	if _, err := s.ExecContext(ctx, alter(t, "VALIDATE CONSTRAINT %s", notNullCheck)); err != nil {
		if pq.As(err, pqerror.CheckViolation) != nil {
			err = errors.Join(fmt.Errorf("a NULL was written meanwhile: %w", err), s.change(ctx, nil, drop))
		}
		return err
	}
	return s.change(ctx, added, alter(t, "%s", strings.Join(actions, ", ")), drop)
}

// buildKey builds a unique index under a name that is free, or makes good one that an interrupted run left.
func (s *session) buildKey(ctx context.Context, key uniqueKey) error {
	found, err := readIndexes(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, name := range key.index {
		there, ok := found[name]
		switch {
		case !ok:
			if err := s.change(ctx, []addition{{key.table, "index", name}}); err != nil {
				return err
			}
			return s.build(ctx, name, fmt.Sprintf("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", name, key.table, key.column))
		case !there.isValid && there.isUnique && there.table == key.table:
			return s.build(ctx, name, "REINDEX INDEX CONCURRENTLY "+name)
		}
	}
	return fmt.Errorf("a unique index on %s is needed, and its names are taken (%s): create it under another", key.column, join(key.index))
}

// addition is something that is added to a table that was there before: see atelier_added.
type addition struct {
	table, kind, name string
}

const rememberAddition = `INSERT INTO atelier_added (table_name, kind, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// change runs DDL and remembers what it adds, in one transaction.
func (s *session) change(ctx context.Context, added []addition, ddl ...string) error {
	return s.withBriefLocks(ctx, func() error {
		tx, err := s.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // Says ErrTxDone after a commit.
		for _, a := range added {
			if _, err := tx.ExecContext(ctx, rememberAddition, a.table, a.kind, a.name); err != nil {
				return err
			}
			slog.InfoContext(ctx, "adding to a table that was there", "table", a.table, "what", a.kind, "name", a.name)
		}
		for _, statement := range ddl {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
}
