package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"
)

// index is an index that the SQL files build, as they say it.
type index struct {
	name       string
	table      string
	definition string // Columns and what follows, normalized: "(user_id, created_at DESC, id DESC)".
	isUnique   bool
	statement  string
}

// foundIndex is an index as the database has it.
type foundIndex struct {
	table      string
	definition string
	isUnique   bool
	isValid    bool // False after an interrupted concurrent build: kept up to date, used by no query.
}

// wanted are the indexes of the SQL files, in their order.
var wanted = wantedIndexes()

var createIndex = regexp.MustCompile(`(?m)^CREATE (UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS (\w+)\s+ON (\w+) ([^;]+);`)

func wantedIndexes() []index {
	var found []index
	for _, m := range known {
		text, err := fs.ReadFile(FS, m.file())
		if err != nil {
			panic(err) // The files are part of the program.
		}
		for _, match := range createIndex.FindAllStringSubmatch(string(text), -1) {
			found = append(found, index{match[2], match[3], normalize(match[4]), match[1] != "", match[0]})
		}
	}
	return found
}

// normalize makes what a file says and what pg_get_indexdef says comparable. The latter is silent
// on a collation that is the column's own.
func normalize(definition string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(definition), " "), ` COLLATE "C"`, "")
}

// ourIndexNames are the names that Up may build indexes under.
func ourIndexNames() []string {
	var names []string
	for _, i := range wanted {
		names = append(names, i.name)
	}
	for _, key := range uniqueKeys() {
		names = append(names, key.index...)
	}
	return names
}

// Of an interrupted REINDEX CONCURRENTLY an index "…_ccnew" or "…_ccold" is left, perhaps with a number.
const selectIndexes = `
SELECT c.relname, t.relname, substring(pg_get_indexdef(i.indexrelid) from ' USING \w+ (.*)$'), i.indisunique, i.indisvalid
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND regexp_replace(c.relname, '_cc(new|old)\d*$', '') = ANY($1)`

// readIndexes reads the indexes of our names, and the leftovers of rebuilding them, by name.
func readIndexes(ctx context.Context, db *sql.DB) (map[string]foundIndex, error) {
	found := make(map[string]foundIndex)
	err := eachRow(ctx, db, selectIndexes, func(rows *sql.Rows) error {
		var name string
		var i foundIndex
		if err := rows.Scan(&name, &i.table, &i.definition, &i.isUnique, &i.isValid); err != nil {
			return err
		}
		i.definition = normalize(i.definition)
		found[name] = i
		return nil
	}, pq.StringArray(ourIndexNames()))
	if err != nil {
		return nil, fmt.Errorf("read indexes: %w", err)
	}
	return found, nil
}

// isLeftover reports whether an index of this name is what an interrupted rebuild left.
func isLeftover(name string) bool { return !slices.Contains(ourIndexNames(), name) }

// repairIndexes drops leftovers, rebuilds what is invalid and builds what is missing, without locking writers out.
func (s *session) repairIndexes(ctx context.Context) error {
	found, err := readIndexes(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		var statement string
		switch {
		case found[name].isValid:
			continue
		case isLeftover(name):
			statement = "DROP INDEX CONCURRENTLY IF EXISTS " + name
		default:
			statement = "REINDEX INDEX CONCURRENTLY " + name
		}
		if err := s.build(ctx, name, statement); err != nil {
			return err
		}
	}
	for _, i := range wanted {
		if _, ok := found[i.name]; !ok {
			if err := s.build(ctx, i.name, i.statement); err != nil {
				return err
			}
		}
	}
	return nil
}

// build runs one concurrent index statement. It waits for older transactions as long as they take.
func (s *session) build(ctx context.Context, name, statement string) error {
	start := time.Now()
	if _, err := s.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	slog.InfoContext(ctx, "made good an index", "index", name, "took", time.Since(start))
	return nil
}
