package migrations

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// missing looks at the columns that are not there. Up adds them where rows can be given a value.
func (f *fitting) missing(ctx context.Context, t table, r *relation) error {
	hasRows := false
	if err := f.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM "+t.name+")").Scan(&hasRows); err != nil {
		return f.unlessCancelled(t.name, "rows were not looked at", err)
	}
	for _, c := range t.columns {
		_, ok := r.columns[c.name]
		switch {
		case ok:
		case f.isMigrated:
			f.add(Problem, t.name+"."+c.name, alter(t, "ADD COLUMN %s", c.definition()), "is missing")
		case hasRows && c.notNull && c.fallback == "":
			f.add(Problem, t.name+"."+c.name, alter(t, "ADD COLUMN %s %s", c.name, c.kind.sqlType)+", and fill it",
				"is missing, and has no default that would be true of the rows there")
		}
	}
	return nil
}

// nulls counts the NULLs in columns that must have none. Up sets those NOT NULL where it finds none.
func (f *fitting) nulls(ctx context.Context, t table, r *relation) error {
	nullable := nullableColumns(t, r)
	if len(nullable) == 0 {
		return nil
	}
	counts, err := f.countNulls(ctx, t, nullable)
	if err != nil {
		return f.unlessCancelled(t.name, "NULLs were not counted", err)
	}
	for i, c := range nullable {
		subject := t.name + "." + c.name
		switch {
		case counts[i] > 0:
			f.add(Problem, subject, fmt.Sprintf("UPDATE %s SET %s = … WHERE %[2]s IS NULL", t.name, c.name),
				"is NULL in %d rows, must be NOT NULL", counts[i])
		case f.isMigrated:
			f.add(Note, subject, alter(t, "ALTER COLUMN %s SET NOT NULL", c.name), "may become NULL, and is not now")
		}
	}
	return nil
}

// nullableColumns are those that are there and may hold NULL, but should not.
func nullableColumns(t table, r *relation) []column {
	var nullable []column
	for _, c := range t.columns {
		if a, ok := r.columns[c.name]; ok && c.notNull && !a.notNull {
			nullable = append(nullable, c)
		}
	}
	return nullable
}

func (f *fitting) countNulls(ctx context.Context, t table, columns []column) ([]int64, error) {
	counts := make([]int64, len(columns))
	selected, into := make([]string, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		selected[i] = "count(*) FILTER (WHERE " + c.name + " IS NULL)"
		into[i] = &counts[i]
	}
	query := "SELECT " + strings.Join(selected, ", ") + " FROM " + t.name
	return counts, f.db.QueryRowContext(ctx, query).Scan(into...)
}

// keys looks for values that should be unique and are not. Up builds a unique index where there is none.
func (f *fitting) keys(ctx context.Context, t table, r *relation) error {
	for _, key := range missingKeys(t, r) {
		subject := t.name + "." + key.column
		var repeated int64
		query := fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s WHERE %s IS NOT NULL GROUP BY %[2]s HAVING count(*) > 1) d", t.name, key.column)
		if err := f.db.QueryRowContext(ctx, query).Scan(&repeated); err != nil {
			return f.unlessCancelled(subject, "duplicates were not counted", err)
		}
		switch {
		case repeated > 0:
			f.add(Problem, subject, "keep one row of each", "must be unique, and %d values are there more than once", repeated)
		case f.isMigrated:
			f.add(Problem, subject, fmt.Sprintf("CREATE UNIQUE INDEX CONCURRENTLY ON %s (%s)", t.name, key.column), "has no unique index")
		}
	}
	return nil
}

// missingKeys are the unique keys of a table whose column is there, without a unique index of its own.
func missingKeys(t table, r *relation) []uniqueKey {
	var missing []uniqueKey
	for _, key := range uniqueKeys() {
		if _, ok := r.columns[key.column]; ok && key.table == t.name && !r.unique[key.column] {
			missing = append(missing, key)
		}
	}
	return missing
}

// unlessCancelled turns a statement timeout into a note where there is one.
func (f *fitting) unlessCancelled(subject, what string, err error) error {
	if !f.isBounded || pq.As(err, pqerror.QueryCanceled) == nil {
		return err
	}
	f.add(Note, subject, "", "%s within %s", what, doctorTimeout)
	return nil
}

func join(names []string) string { return strings.Join(names, ", ") }
