package store

import (
	"context"
	"fmt"

	"github.com/lib/pq"
)

// plainIndexes are those that no key stands on, and that nothing but their definition describes: what drops
// them, and what builds each of them again.
const plainIndexes = `
SELECT 'DROP INDEX ' || string_agg(i.indexrelid::regclass::text, ', '),
       array_agg(pg_get_indexdef(i.indexrelid) ORDER BY i.indexrelid)
FROM unnest($1::text[]) AS t (name)
JOIN pg_index i ON i.indrelid = to_regclass(quote_ident(t.name))
WHERE i.indisvalid AND NOT i.indisreplident AND NOT i.indisclustered
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)`

func (l *BulkLoad) dropIndexes(ctx context.Context) error {
	return l.takeAway(ctx, "the indexes", plainIndexes)
}

// foreignKeys of the tables: what drops them, and what adds each of them again, and checks all rows in one go.
const foreignKeys = `
SELECT string_agg(format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname), '; '),
       array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s',
                        k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) ORDER BY k.oid)
FROM unnest($1::text[]) AS t (name)
JOIN pg_constraint k ON k.conrelid = to_regclass(quote_ident(t.name))
WHERE k.contype = 'f' AND k.conparentid = 0`

func (l *BulkLoad) dropForeignKeys(ctx context.Context) error {
	return l.takeAway(ctx, "the foreign keys", foreignKeys)
}

// changeTriggers of the tables. Every row that they might tell of is kept aside for them first, also where they are disabled. Followers of
// the log learn that they were touched, and that anything may have changed.
const changeTriggers = `
SELECT string_agg(format('SELECT atelier_watch_off(%L)', t.name), '; '),
       array_agg(format('SELECT atelier_watch_on(%L)', t.name) ORDER BY t.name)
FROM unnest($1::text[]) AS t (name)
WHERE EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = to_regclass(quote_ident(t.name)) AND g.tgname LIKE 'atelier\_tell\_%')`

func (l *BulkLoad) dropChangeTriggers(ctx context.Context) error {
	return l.takeAway(ctx, "the triggers of the change feed", changeTriggers)
}

// takeAway drops what a query finds, and notes how to bring it back.
func (l *BulkLoad) takeAway(ctx context.Context, what, query string) error {
	var drop *string
	var back []string
	if err := l.tx.QueryRowContext(ctx, query, pq.Array(l.tables)).Scan(&drop, pq.Array(&back)); err != nil {
		return fmt.Errorf("list %s: %w", what, err)
	}
	if drop == nil {
		return nil
	}
	l.away = append(l.away, back...)
	return l.exec(ctx, "drop "+what, *drop)
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
	var columns *string
	if err := l.tx.QueryRowContext(ctx, indexedColumns, pq.Array(l.tables)).Scan(&columns); err != nil {
		return fmt.Errorf("list the indexed columns: %w", err)
	}
	if columns == nil {
		return nil
	}
	return l.exec(ctx, "gather statistics", `ANALYZE `+*columns)
}
