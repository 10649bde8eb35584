package migrations_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"atelier/migrations"
	"atelier/store/storetest"

	_ "github.com/lib/pq"
)

// legacyDatabase returns the URL of a database of testdata/legacy.sql, and a connection to it.
func legacyDatabase(t *testing.T) (string, *sql.DB) {
	t.Helper()
	url := storetest.Empty(t)
	db := open(t, url)
	text, err := os.ReadFile("testdata/legacy.sql")
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db, string(text))
	return url, db
}

// migratedDatabase returns the URL of a database that Up has made, and a connection to it.
func migratedDatabase(t *testing.T) (string, *sql.DB) {
	t.Helper()
	url := storetest.Empty(t)
	up(t, url)
	return url, open(t, url)
}

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// withParameter adds a connection parameter to a URL.
func withParameter(t *testing.T, database, name, value string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set(name, value)
	u.RawQuery = query.Encode()
	return u.String()
}

func up(t *testing.T, url string) {
	t.Helper()
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
}

func down(t *testing.T, url string, to int64) {
	t.Helper()
	if err := migrations.Down(t.Context(), url, to); err != nil {
		t.Fatal(err)
	}
}

func exec(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", firstLine(statement), err)
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// lines returns the rows of a query of one text column.
func lines(t *testing.T, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", firstLine(query), err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// one returns the only row of a query of one text column.
func one(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	all := lines(t, db, query, args...)
	if len(all) != 1 {
		t.Fatalf("%s: %d rows", firstLine(query), len(all))
	}
	return all[0]
}

// snapshot spells everything that the schema holds: relations, columns, constraints, indexes, triggers, functions.
func snapshot(t *testing.T, db *sql.DB) string {
	t.Helper()
	return strings.Join(lines(t, db, selectSnapshot), "\n")
}

const selectSnapshot = `
WITH relation AS (
    SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()
)
SELECT 'relation ' || relname || ' ' || relkind::text AS line FROM relation
UNION ALL
SELECT format('column %s.%s %s %s notnull=%s default=%s', r.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              coalesce(co.collname, '-'), a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), '-'))
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
UNION ALL
SELECT format('constraint %s.%s %s valid=%s', r.relname, k.conname, pg_get_constraintdef(k.oid), k.convalidated)
FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
UNION ALL
SELECT format('index %s valid=%s', pg_get_indexdef(i.indexrelid), i.indisvalid)
FROM relation r JOIN pg_index i ON i.indrelid = r.oid
UNION ALL
SELECT format('trigger %s %s', pg_get_triggerdef(g.oid), g.tgenabled)
FROM relation r JOIN pg_trigger g ON g.tgrelid = r.oid AND NOT g.tgisinternal
UNION ALL
SELECT 'function ' || p.proname || ' ' || p.prosrc
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = current_schema()
ORDER BY line`

// contents spells every row of every table, in the columns that the tables have now.
func contents(t *testing.T, db *sql.DB) []tableContents {
	t.Helper()
	var all []tableContents
	for _, line := range lines(t, db, `
		SELECT table_name || ' ' || string_agg(quote_ident(column_name), ',' ORDER BY ordinal_position)
		FROM information_schema.columns WHERE table_schema = current_schema() GROUP BY table_name ORDER BY table_name`) {
		name, columns, _ := strings.Cut(line, " ")
		all = append(all, tableContents{name, columns, rowsOf(t, db, name, columns)})
	}
	return all
}

type tableContents struct{ name, columns, rows string }

func rowsOf(t *testing.T, db *sql.DB, table, columns string) string {
	t.Helper()
	return one(t, db, fmt.Sprintf("SELECT coalesce(string_agg(r::text, E'\\n' ORDER BY r::text), '') FROM (SELECT %s FROM %s) r", columns, table))
}

// sameRows fails the test unless what was there before is there still, to the byte.
func sameRows(t *testing.T, db *sql.DB, before []tableContents) {
	t.Helper()
	for _, b := range before {
		where := ""
		now := rowsOf(t, db, b.name+where, b.columns)
		if b.name == "ai_services" { // Up adds the services that are missing.
			now = rowsOf(t, db, b.name+" WHERE id = 'midjourney'", b.columns)
		}
		if now != b.rows {
			t.Errorf("rows of %s changed:\n%.300s\n→\n%.300s", b.name, b.rows, now)
		}
	}
}
