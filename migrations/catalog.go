package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"
)

// relation is what the current schema holds under the name of one of our tables.
type relation struct {
	kind    string // pg_class.relkind: r is a plain table.
	owner   string
	isOurs  bool // Whether we may do to it what its owner may.
	columns map[string]attribute
	unique  map[string]bool // Columns with a valid unique index of their own.
}

// attribute is a column as the database has it.
type attribute struct {
	sqlType     string // As format_type spells it.
	notNull     bool
	hasDefault  bool // A default, an identity or a generating expression.
	isGenerated bool
	collation   string // Empty where the type has none.
}

// readCatalog reads what the current schema has of the tables in shape, by name. Names with nothing are absent.
func readCatalog(ctx context.Context, db *sql.DB) (map[string]*relation, error) {
	found := make(map[string]*relation)
	for _, read := range []func(context.Context, *sql.DB, map[string]*relation) error{
		readRelations, readAttributes, readUniqueColumns,
	} {
		if err := read(ctx, db, found); err != nil {
			return nil, fmt.Errorf("read catalog: %w", err)
		}
	}
	return found, nil
}

const selectRelations = `
SELECT c.relname, c.relkind, pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'USAGE')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relname = ANY($1)`

func readRelations(ctx context.Context, db *sql.DB, into map[string]*relation) error {
	return eachRow(ctx, db, selectRelations, func(rows *sql.Rows) error {
		var name string
		r := &relation{columns: make(map[string]attribute), unique: make(map[string]bool)}
		if err := rows.Scan(&name, &r.kind, &r.owner, &r.isOurs); err != nil {
			return err
		}
		into[name] = r
		return nil
	}, tableNames())
}

const selectAttributes = `
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a',
       coalesce(co.collname, '')
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_collation co ON co.oid = a.attcollation
WHERE n.nspname = current_schema() AND c.relname = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped`

func readAttributes(ctx context.Context, db *sql.DB, into map[string]*relation) error {
	return eachRow(ctx, db, selectAttributes, func(rows *sql.Rows) error {
		var table, name string
		var a attribute
		err := rows.Scan(&table, &name, &a.sqlType, &a.notNull, &a.hasDefault, &a.isGenerated, &a.collation)
		if err != nil {
			return err
		}
		if r := into[table]; r != nil { // Else it was created since.
			r.columns[name] = a
		}
		return nil
	}, tableNames())
}

// A deferrable key (indimmediate is false) is no target for ON CONFLICT.
const selectUniqueColumns = `
SELECT c.relname, a.attname
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE n.nspname = current_schema() AND c.relname = ANY($1)
  AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indnkeyatts = 1
  AND i.indpred IS NULL AND i.indexprs IS NULL`

func readUniqueColumns(ctx context.Context, db *sql.DB, into map[string]*relation) error {
	return eachRow(ctx, db, selectUniqueColumns, func(rows *sql.Rows) error {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return err
		}
		if r := into[table]; r != nil {
			r.unique[column] = true
		}
		return nil
	}, tableNames())
}

func tableNames() pq.StringArray {
	var names pq.StringArray
	for _, t := range shape {
		names = append(names, t.name)
	}
	return names
}

// eachRow runs query and hands over its rows.
func eachRow(ctx context.Context, db *sql.DB, query string, take func(*sql.Rows) error, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
