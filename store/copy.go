package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"atelier/domain"
)

// ErrNotEmpty says that a bulk load met rows in a table that it is to fill.
var ErrNotEmpty = errors.New("the database holds rows already")

// BulkLoad is one transaction that fills empty tables: all of its rows appear together with Finish, or none ever do.
//
// It is made for millions of rows. From its beginning to its end nobody else can read or write the tables.
// Their foreign keys, and their indexes other than those of keys, are away meanwhile, and are built and checked
// once, over all the rows; that takes less than half as long as row by row. So are the triggers of the change feed: whoever
// follows it is told that anything may have changed.
type BulkLoad struct {
	db     *sql.DB
	conn   *sql.Conn
	tx     *sql.Tx
	tables []string
	away   []string // Statements that bring back what was taken away.
}

// BeginBulkLoad opens a connection of its own and takes the tables, waiting for whoever uses them. The role must
// own them. It returns ErrNotEmpty if one of them has a row.
func BeginBulkLoad(ctx context.Context, url string, tables ...string) (*BulkLoad, error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	l := &BulkLoad{db: db, tables: tables}
	if err := l.begin(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *BulkLoad) begin(ctx context.Context) (err error) {
	if l.conn, err = l.db.Conn(ctx); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	if l.tx, err = l.conn.BeginTx(ctx, nil); err != nil {
		return fmt.Errorf("begin a bulk load: %w", err)
	}
	for _, step := range []func(context.Context) error{
		l.liftLimits, l.takeTables, l.requireEmpty, l.dropChangeTriggers, l.dropIndexes, l.dropForeignKeys,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// bulkLoadLimits are those of short statements, which this is not. The memory is for sorting index entries.
const bulkLoadLimits = `
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL maintenance_work_mem = '128MB'`

func (l *BulkLoad) liftLimits(ctx context.Context) error {
	return l.exec(ctx, "lift the limits of a bulk load", bulkLoadLimits)
}

// takeTables locks as dropping an index does, but all tables first, in one order: two loads queue, and never deadlock.
func (l *BulkLoad) takeTables(ctx context.Context) error {
	return l.exec(ctx, "lock the tables", `LOCK TABLE `+quoteAll(l.tables)+` IN ACCESS EXCLUSIVE MODE`)
}

func (l *BulkLoad) requireEmpty(ctx context.Context) error {
	for _, table := range l.tables {
		var occupied bool
		query := `SELECT EXISTS (SELECT FROM ` + pq.QuoteIdentifier(table) + `)`
		if err := l.tx.QueryRowContext(ctx, query).Scan(&occupied); err != nil {
			return fmt.Errorf("look for rows in %s: %w", table, err)
		}
		if occupied {
			return fmt.Errorf("%w: table %s is not empty", ErrNotEmpty, table)
		}
	}
	return nil
}

// Copy fills columns of a table with the rows that write gives, and returns their number. The rows stream: what is
// held of them at any time is a page of 64 kB. Columns that are not named get their defaults. An error breaks the
// whole load.
func (l *BulkLoad) Copy(ctx context.Context, table string, columns []string, write func(*CopyRows) error) (int64, error) {
	statement := `COPY ` + pq.QuoteIdentifier(table) + ` (` + quoteAll(columns) + `) FROM STDIN`
	var count int64
	err := l.conn.Raw(func(connection any) (err error) {
		count, err = copyRows(ctx, connection, statement, write)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("copy into %s: %w", table, err)
	}
	return count, nil
}

// ServiceSetup is what a service starts with. Prices and Defaults are JSON objects.
type ServiceSetup struct {
	Service                   domain.Service
	BaseURL, Prices, Defaults string
}

// setUpService leaves alone what an operator has set.
const setUpService = `
INSERT INTO ai_services AS s (id, base_url, prices, defaults, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (id) DO UPDATE SET
    base_url   = coalesce(s.base_url, excluded.base_url),
    prices     = CASE s.prices WHEN '{}' THEN excluded.prices ELSE s.prices END,
    defaults   = CASE s.defaults WHEN '{}' THEN excluded.defaults ELSE s.defaults END,
    updated_at = excluded.updated_at`

// SetUpServices gives services an address, prices and defaults where they have none.
func (l *BulkLoad) SetUpServices(ctx context.Context, at time.Time, setups ...ServiceSetup) error {
	for _, u := range setups {
		if _, err := l.tx.ExecContext(ctx, setUpService, string(u.Service), u.BaseURL, u.Prices, u.Defaults, at); err != nil {
			return fmt.Errorf("set up the service %s: %w", u.Service, err)
		}
	}
	return nil
}

// Finish brings back indexes and foreign keys, gathers the planner's statistics and commits. It tells progress how many of
// its steps are done. After an error there are no rows.
func (l *BulkLoad) Finish(ctx context.Context, progress func(done, total int)) error {
	total := len(l.away) + 2
	for i, statement := range l.away {
		if err := l.exec(ctx, "bring back indexes and foreign keys", statement); err != nil {
			return err
		}
		progress(i+1, total)
	}
	if err := l.analyze(ctx); err != nil {
		return err
	}
	progress(total-1, total)
	if err := l.tx.Commit(); err != nil {
		return fmt.Errorf("commit the bulk load: %w", err)
	}
	l.markVisible(ctx)
	progress(total, total)
	return nil
}

// markVisible marks the pages as visible to all, so that index-only scans need not look at the rows. That is no more
// than a head start, and the rows are in: where it fails, autovacuum makes it good.
func (l *BulkLoad) markVisible(ctx context.Context) {
	_, _ = l.conn.ExecContext(ctx, `VACUUM `+quoteAll(l.tables))
}

// Close takes everything back unless Finish has committed it, and closes the connection.
func (l *BulkLoad) Close() error {
	var errs []error
	if l.tx != nil {
		if err := l.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
			errs = append(errs, err)
		}
	}
	if l.conn != nil {
		errs = append(errs, l.conn.Close())
	}
	return errors.Join(append(errs, l.db.Close())...)
}

func (l *BulkLoad) exec(ctx context.Context, what, statement string) error {
	if _, err := l.tx.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = pq.QuoteIdentifier(name)
	}
	return strings.Join(quoted, ", ")
}
