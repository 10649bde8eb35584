package migrations

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// remedyUp is the remedy for what the next Up mends by itself.
const remedyUp = "atelier migrate up"

// uniqueIndexes looks for what would make building a unique index of the SQL files fail.
func (f *fitting) uniqueIndexes(ctx context.Context) error {
	found, err := readIndexes(ctx, f.db) // It waits for exclusive locks on the tables.
	if err != nil {
		return f.unlessCancelled("indexes", "they were not looked at", err)
	}
	for _, i := range wanted {
		if !i.isUnique {
			continue
		}
		if there, ok := found[i.name]; ok {
			f.indexDiffers(i, there)
		} else if err := f.duplicates(ctx, i); err != nil {
			return fmt.Errorf("examine %s: %w", i.name, err)
		}
	}
	return nil
}

// indexes looks at all indexes of our names. Before the tables are migrated, missing ones are what Up will add.
func (f *fitting) indexes(ctx context.Context) error {
	found, err := readIndexes(ctx, f.db) // It waits for exclusive locks on the tables.
	if err != nil {
		return f.unlessCancelled("indexes", "they were not looked at", err)
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !found[name].isValid {
			f.add(Problem, name, remedyUp, "is invalid: a build was interrupted, or is still at work")
		}
	}
	for _, i := range wanted {
		there, ok := found[i.name]
		switch {
		case i.isUnique && !f.isMigrated: // See uniqueIndexes.
		case ok:
			f.indexDiffers(i, there)
		case f.isMigrated:
			f.add(Problem, i.name, remedyUp, "is missing")
		}
	}
	return nil
}

// indexDiffers looks at an index that has the name of one of ours. Up leaves it, whatever it is.
func (f *fitting) indexDiffers(want index, there foundIndex) {
	if there.table == want.table && there.definition == want.definition && (there.isUnique || !want.isUnique) {
		return
	}
	severity, loss := Note, "lists that rely on it may sort"
	if want.isUnique {
		severity, loss = Problem, "it must be unique"
	}
	f.add(severity, want.name, "DROP INDEX CONCURRENTLY "+want.name+"; then "+remedyUp,
		"was there before, on %s %s in place of %s %s: %s", there.table, there.definition, want.table, want.definition, loss)
}

var indexParts = regexp.MustCompile(`^\(([^)]*)\)(?: WHERE \((.*)\))?$`)

// duplicates counts what a unique index would refuse.
func (f *fitting) duplicates(ctx context.Context, i index) error {
	parts := indexParts.FindStringSubmatch(i.definition)
	if parts == nil {
		return fmt.Errorf("cannot read %q", i.definition)
	}
	columns, where := parts[1], parts[2]
	if where == "" {
		where = "true"
	}
	var repeated int64
	query := fmt.Sprintf("SELECT count(*) FROM (SELECT FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1) d", i.table, where, columns)
	err := f.db.QueryRowContext(ctx, query).Scan(&repeated)
	if pq.As(err, pqerror.UndefinedTable, pqerror.UndefinedColumn) != nil {
		return nil //nolint:nilerr // Nothing is there that could repeat.
	}
	if err != nil {
		return f.unlessCancelled(i.table, "duplicates were not counted", err)
	}
	if repeated > 0 {
		f.add(Problem, i.table+" ("+columns+")", "keep one row of each", "must be unique, and %d values are there more than once", repeated)
	}
	return nil
}
