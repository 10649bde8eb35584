package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync/atomic"
	"time"
)

// read runs a statement about a table, whose rows are records, and calls each for every row. Errors come translated.
func (s *Store) read(ctx context.Context, table, text string, args []any, each func(*row) error) error {
	start, rows := time.Now(), 0
	err := s.on(ctx, func(c *interruptible) error {
		read, err := c.read(ctx, text, args, each)
		rows += read
		return err
	})
	s.count(ctx, table, start, rows)
	if err != nil {
		return translate(ctx, fmt.Errorf("read %s: %w", table, err))
	}
	return nil
}

// one is read for a single row, or returns sql.ErrNoRows.
func (s *Store) one(ctx context.Context, table, text string, args []any, scan func(*row)) error {
	found := false
	err := s.read(ctx, table, text, args, func(row *row) error {
		found = true
		scan(row)
		return nil
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// exec runs a statement that changes a table and returns the number of rows it changed. Errors come translated.
//
// It is sent once: when a connection is lost, its last statement may have been carried out. So that one which was lost while nobody
// looked is still replaced without anyone noticing, the server is asked for a sign of life before.
func (s *Store) exec(ctx context.Context, table, text string, args ...any) (changed int64, err error) {
	start := time.Now()
	err = s.on(ctx, func(c *interruptible) error {
		if err := c.alive(ctx); err != nil {
			return err
		}
		changed, err = c.change(ctx, text, args)
		return lost(err)
	})
	s.count(ctx, table, start, 0)
	if err != nil {
		return 0, translate(ctx, fmt.Errorf("change %s: %w", table, err))
	}
	return changed, nil
}

// transaction is a connection on which a transaction is under way.
type transaction struct {
	store *Store
	conn  *interruptible
}

// transaction runs what belongs together; an error from do, or a panic, undoes all of it. Errors come translated.
func (s *Store) transaction(ctx context.Context, do func(tx *transaction) error) error {
	err := s.on(ctx, func(c *interruptible) error {
		tx, err := c.BeginTx(ctx, driver.TxOptions{})
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		return lost(finish(ctx, tx, do(&transaction{s, c})))
	})
	return translate(ctx, err)
}

// finish commits, unless something failed or nobody waits for it any more.
func finish(ctx context.Context, tx driver.Tx, failed error) error {
	if failed == nil {
		failed = ctx.Err()
	}
	if failed != nil {
		_ = tx.Rollback() // A connection that cannot do that is dropped.
		return failed
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// exec is Store.exec within the transaction, and its errors are still to be translated.
func (t *transaction) exec(ctx context.Context, table, text string, args ...any) (int64, error) {
	start := time.Now()
	changed, err := t.conn.change(ctx, text, args)
	t.store.count(ctx, table, start, 0)
	return changed, err
}

// read is Store.read within the transaction, and its errors are still to be translated.
func (t *transaction) read(ctx context.Context, table, text string, args []any, each func(*row) error) error {
	start := time.Now()
	rows, err := t.conn.read(ctx, text, args, each)
	t.store.count(ctx, table, start, rows)
	return err
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

func (s *Store) count(ctx context.Context, table string, start time.Time, rows int) {
	took := time.Since(start)
	s.observe(table, took)
	counter, _ := ctx.Value(statementsKey{}).(*Statements)
	for ; counter != nil; counter = counter.outer {
		counter.statements.Add(1)
		counter.rows.Add(int64(rows))
		counter.nanoseconds.Add(int64(took))
	}
}
