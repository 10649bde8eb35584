package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
)

// fitting holds the tables of a database against shape. It reads only.
type fitting struct {
	findings

	db *sql.DB
	// isMigrated says that the tables have been created or adopted: then anything missing is a problem.
	// Before, it is what Up will add.
	isMigrated bool
	// isBounded says that the session has a statement timeout: a count that hits it is left out, with a note.
	isBounded bool
}

// examine looks at all tables, in the order of shape.
func (f *fitting) examine(ctx context.Context) error {
	catalog, err := readCatalog(ctx, f.db)
	if err != nil {
		return err
	}
	for _, t := range shape {
		if err := f.table(ctx, t, catalog[t.name]); err != nil {
			return fmt.Errorf("examine %s: %w", t.name, err)
		}
	}
	return nil
}

func (f *fitting) table(ctx context.Context, t table, r *relation) error {
	switch {
	case r == nil && f.isMigrated:
		f.add(Problem, t.name, "restore it from a backup", "is missing")
		return nil
	case r == nil:
		return nil
	case r.kind != "r":
		f.add(Problem, t.name, "rename it, or migrate in another schema (search_path)", "is %s; only a plain table will do", relationKind(r.kind))
		return nil
	case !f.isMigrated && !r.isOurs:
		f.add(Problem, t.name, "migrate as that role, or as a member of it", "belongs to the role %s: only its owner may adopt it", r.owner)
		return nil
	}
	f.types(t, r)
	f.foreignColumns(t, r)
	if err := f.missing(ctx, t, r); err != nil {
		return err
	}
	if err := f.nulls(ctx, t, r); err != nil {
		return err
	}
	return f.keys(ctx, t, r)
}

func relationKind(relkind string) string {
	names := map[string]string{"p": "a partitioned table", "v": "a view", "m": "a materialized view", "f": "a foreign table",
		"S": "a sequence", "i": "an index", "I": "an index", "c": "a composite type"}
	return names[relkind]
}

// types looks at the columns that are there.
func (f *fitting) types(t table, r *relation) {
	var uncollated []string
	for _, c := range t.columns {
		a, ok := r.columns[c.name]
		if !ok {
			continue
		}
		f.columnType(t.name+"."+c.name, t, c, a)
		if c.isIdentifier() && a.collation == "default" {
			uncollated = append(uncollated, c.name)
		}
	}
	if uncollated != nil {
		f.add(Note, t.name, "", `ids have the database's collation, not "C" (%s): lists go by "C" all the same, through indexes of their own`, join(uncollated))
	}
}

func (f *fitting) columnType(subject string, t table, c column, a attribute) {
	switch {
	case !c.kind.serves(a.sqlType):
		f.add(Problem, subject, retype(t, c, a), "is %s, must be %s: %s", a.sqlType, c.kind.sqlType, c.kind.why)
	case a.isGenerated:
		f.add(Problem, subject, "make it a plain column", "is generated, so it cannot be written")
	case c.isIdentifier() && a.collation != "C" && a.collation != "default":
		f.add(Problem, subject, retype(t, c, a), `has the collation %s: ids of two tables could not be compared; "C" and the database's own go together`, a.collation)
	case c.kind.caveat(a.sqlType) != "":
		f.add(Note, subject, "", "%s", c.kind.caveat(a.sqlType))
	}
	if !c.notNull && a.notNull && !a.hasDefault {
		f.add(Note, subject, alter(t, "ALTER COLUMN %s DROP NOT NULL", c.name), "is NOT NULL, where Atelier writes null for what is unknown")
	}
}

// retype is a first draft of the change: only the operator knows what the values mean.
func retype(t table, c column, a attribute) string {
	value := c.name + "::" + c.kind.bare()
	switch bare, _ := splitType(a.sqlType); {
	case c.kind.sqlType == instant.sqlType && (bare == "bigint" || bare == "integer" || bare == "double precision"):
		value = "to_timestamp(" + c.name + ") -- if they are seconds"
	case bare == "timestamp without time zone":
		value = c.name + " AT TIME ZONE 'UTC' -- if they are UTC"
	}
	return alter(t, "ALTER COLUMN %s TYPE %s USING %s", c.name, c.kind.sqlType, value)
}

// foreignColumns looks at columns that are not ours: Atelier does not fill them when it inserts.
func (f *fitting) foreignColumns(t table, r *relation) {
	ours := make(map[string]bool)
	for _, c := range t.columns {
		ours[c.name] = true
	}
	severity := Note
	if t.name == "ai_services" && !f.isMigrated {
		severity = Problem // A migration inserts into it.
	}
	for _, name := range slices.Sorted(maps.Keys(r.columns)) {
		a := r.columns[name]
		if !ours[name] && a.notNull && !a.hasDefault {
			f.add(severity, t.name+"."+name, alter(t, "ALTER COLUMN %s SET DEFAULT …", name),
				"is NOT NULL without a default: rows that Atelier adds to %s will be refused", t.name)
		}
	}
}

func alter(t table, format string, args ...any) string {
	return "ALTER TABLE " + t.name + " " + fmt.Sprintf(format, args...)
}
