package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
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
// It is made for millions of rows. From its beginning to its end nobody else can read or write the tables; their
// indexes, other than those of constraints, are away and are built once, over all the rows. Where the role
// may (a superuser may), triggers rest, those of foreign keys included: the caller answers for the references. CHECK,
// NOT NULL and UNIQUE hold in any case.
type BulkLoad struct {
	db      *sql.DB
	conn    *sql.Conn
	tx      *sql.Tx
	tables  []string
	indexes []string // Statements that build what was dropped.
}

// BeginBulkLoad opens a connection of its own and takes the tables, waiting for whoever uses them.
// It returns ErrNotEmpty if one of them has a row.
func BeginBulkLoad(ctx context.Context, url string, tables ...string) (_ *BulkLoad, err error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	l := &BulkLoad{db: db, tables: tables}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if l.conn, err = db.Conn(ctx); err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if l.tx, err = l.conn.BeginTx(ctx, nil); err != nil {
		return nil, fmt.Errorf("begin a bulk load: %w", err)
	}
	return l, l.prepare(ctx)
}

func (l *BulkLoad) prepare(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		l.liftLimits, l.takeTables, l.requireEmpty, l.restTriggers, l.dropIndexes,
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

// takeTables locks as dropping an index does, but all at once: two loads wait for each other and cannot deadlock.
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

// restTriggers tries; a role that may not keeps checking foreign keys row by row, which is slower and no less right.
func (l *BulkLoad) restTriggers(ctx context.Context) error {
	if err := l.exec(ctx, "set a savepoint", `SAVEPOINT triggers`); err != nil {
		return err
	}
	if _, err := l.tx.ExecContext(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
		return l.exec(ctx, "keep the triggers", `ROLLBACK TO SAVEPOINT triggers`)
	}
	return nil
}

// plainIndexes are those that no constraint stands on, and that nothing but their definition describes.
const plainIndexes = `
SELECT coalesce(string_agg(i.indexrelid::regclass::text, ', '), ''),
       array_agg(pg_get_indexdef(i.indexrelid) ORDER BY i.indexrelid)
FROM unnest($1::text[]) AS t (name)
JOIN pg_index i ON i.indrelid = to_regclass(quote_ident(t.name))
WHERE i.indisvalid AND NOT i.indisreplident AND NOT i.indisclustered
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`

func (l *BulkLoad) dropIndexes(ctx context.Context) error {
	var names string
	err := l.tx.QueryRowContext(ctx, plainIndexes, pq.Array(l.tables)).Scan(&names, pq.Array(&l.indexes))
	if err != nil {
		return fmt.Errorf("list the indexes: %w", err)
	}
	if names == "" {
		return nil
	}
	return l.exec(ctx, "drop the indexes", `DROP INDEX `+names)
}

// Copy fills columns of a table with the rows that write gives, and returns their number. The rows stream: what is
// held of them at any time is a page of 64 kB. Columns that are not named get their defaults.
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

// rawCopy is the statement of a COPY in lib/pq. Its usual door, Exec with a value per column, formats each
// through an interface; this one takes lines that are encoded already, at about half the cost.
type rawCopy interface {
	driver.Stmt
	CopyData(ctx context.Context, line string) (driver.Result, error)
}

func copyRows(ctx context.Context, connection any, statement string, write func(*CopyRows) error) (int64, error) {
	prepared, err := connection.(driver.Conn).Prepare(statement)
	if err != nil {
		return 0, err
	}
	stream, ok := prepared.(rawCopy)
	if !ok {
		return 0, errors.Join(fmt.Errorf("%T takes no encoded lines", prepared), prepared.Close())
	}
	rows := &CopyRows{send: func(page string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, err := stream.CopyData(ctx, page)
		return err
	}}
	err = write(rows)
	if err == nil {
		err = rows.flush()
	}
	if closed := stream.Close(); err == nil { // It ends the COPY, and repeats the error that broke it.
		err = closed
	}
	return rows.count, err
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

// Finish builds the indexes, gathers the planner's statistics and commits, then marks the pages as visible to all, so that
// index-only scans need not look at the rows. It tells progress how many of its steps are done. After an error there are no
// rows, unless it was in the last step, which a later VACUUM makes good.
func (l *BulkLoad) Finish(ctx context.Context, progress func(done, total int)) error {
	total := len(l.indexes) + 2
	for i, index := range l.indexes {
		if err := l.exec(ctx, "rebuild an index", index); err != nil {
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
	if _, err := l.conn.ExecContext(ctx, `VACUUM `+quoteAll(l.tables)); err != nil {
		return fmt.Errorf("vacuum the tables, which are filled: %w", err)
	}
	progress(total, total)
	return nil
}

// indexedColumns of all tables, as ANALYZE takes them.
const indexedColumns = `
SELECT string_agg(columns, ', ')
FROM (
    SELECT quote_ident(t.name) || ' (' || string_agg(DISTINCT quote_ident(a.attname), ', ') || ')' AS columns
    FROM unnest($1::text[]) AS t (name)
    JOIN pg_index i ON i.indrelid = to_regclass(quote_ident(t.name))
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
    GROUP BY t.name
) AS indexed`

// analyze gathers statistics of the columns that plans turn on. Those of the others, long texts among them, would
// take three times as long; autovacuum gathers them later.
func (l *BulkLoad) analyze(ctx context.Context) error {
	var columns string
	if err := l.tx.QueryRowContext(ctx, indexedColumns, pq.Array(l.tables)).Scan(&columns); err != nil {
		return fmt.Errorf("list the indexed columns: %w", err)
	}
	return l.exec(ctx, "gather statistics", `ANALYZE `+columns)
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
