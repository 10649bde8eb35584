package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
)

// prepared returns the statement for the text, preparing it the first time. Callers who come first together each prepare
// it, and one stays: nobody waits for another's connection.
func (s *Store) prepared(ctx context.Context, text string) (*sqlx.Stmt, error) {
	if stmt, ok := s.statements.Load(text); ok {
		return stmt.(*sqlx.Stmt), nil
	}
	stmt, err := s.db.PreparexContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if first, loaded := s.statements.LoadOrStore(text, stmt); loaded {
		_ = stmt.Close()
		return first.(*sqlx.Stmt), nil
	}
	return stmt, nil
}

// query runs a statement about a table and calls each for every row. Errors come translated.
func (s *Store) query(ctx context.Context, table, text string, args []any, each func(*sql.Rows) error) error {
	read := 0
	defer s.count(ctx, table, time.Now(), &read)
	err := s.rows(ctx, text, args, func(rows *sql.Rows) error {
		read++
		return each(rows)
	})
	if err != nil {
		return translate(ctx, fmt.Errorf("read %s: %w", table, err))
	}
	return nil
}

func (s *Store) rows(ctx context.Context, text string, args []any, each func(*sql.Rows) error) error {
	rows, err := s.start(ctx, text, args)
	if stateOf(err) == stalePlan { // It has not begun.
		s.statements.Delete(text) // Not closed: others may be about to run it.
		rows, err = s.start(ctx, text, args)
	}
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) start(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	stmt, err := s.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// one runs a statement of a single row and scans it, or returns sql.ErrNoRows.
func (s *Store) one(ctx context.Context, table, text string, args []any, dest ...any) error {
	found := false
	err := s.query(ctx, table, text, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// exec runs a statement that changes a table and returns the number of rows it changed. Errors come translated.
func (s *Store) exec(ctx context.Context, table, text string, args ...any) (int64, error) {
	defer s.count(ctx, table, time.Now(), new(int))
	stmt, err := s.prepared(ctx, text)
	if err != nil {
		return 0, translate(ctx, err)
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, translate(ctx, fmt.Errorf("change %s: %w", table, err))
	}
	return result.RowsAffected()
}

// transaction runs what belongs together; an error from do, or a panic, undoes all of it.
func (s *Store) transaction(ctx context.Context, do func(tx *sqlx.Tx) error) error {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return translate(ctx, fmt.Errorf("begin: %w", err))
	}
	defer func() { _ = tx.Rollback() }() // After a commit it does nothing.
	if err := do(tx); err != nil {
		return translate(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return translate(ctx, fmt.Errorf("commit: %w", err))
	}
	return nil
}

type statementsKey struct{}

// Statements counts the statements that run under a context; see CountStatements.
type Statements struct {
	statements, rows, nanoseconds atomic.Int64
	outer                         *Statements // Counts them too.
}

// Count returns the number of statements so far.
func (s *Statements) Count() int { return int(s.statements.Load()) }

// Rows returns the number of rows read so far.
func (s *Statements) Rows() int { return int(s.rows.Load()) }

// Took returns how long the statements took so far, added up: they may have run side by side.
func (s *Statements) Took() time.Duration { return time.Duration(s.nanoseconds.Load()) }

// CountStatements returns a context whose statements are counted.
func CountStatements(ctx context.Context) (context.Context, *Statements) {
	outer, _ := ctx.Value(statementsKey{}).(*Statements)
	counter := &Statements{outer: outer}
	return context.WithValue(ctx, statementsKey{}, counter), counter
}

func (s *Store) count(ctx context.Context, table string, start time.Time, rows *int) {
	took := time.Since(start)
	s.observe(table, took)
	counter, _ := ctx.Value(statementsKey{}).(*Statements)
	for ; counter != nil; counter = counter.outer {
		counter.statements.Add(1)
		counter.rows.Add(int64(*rows))
		counter.nanoseconds.Add(int64(took))
	}
}
