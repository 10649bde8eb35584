package migrations

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Migration is one numbered step and whether the database has taken it.
type Migration struct {
	Version   int64
	Name      string    // The file's name without number and ending.
	AppliedAt time.Time // UTC; zero while it is pending.
}

// Applied reports whether the database has taken the step.
func (m Migration) Applied() bool { return !m.AppliedAt.IsZero() }

func (m Migration) file() string { return fmt.Sprintf("%05d_%s.sql", m.Version, m.Name) }

// Status lists the migrations of this program, oldest first. It changes nothing and takes no lock.
func Status(ctx context.Context, url string) (list []Migration, err error) {
	err = run(ctx, url, "migration status", func(s *session, ctx context.Context) error {
		list, err = status(ctx, s.DB)
		return err
	})
	return list, err
}

// Pending counts the migrations of this program that the database has not taken. It is one short
// read, fit for a readiness probe. A database that a newer program has migrated has none pending.
func Pending(ctx context.Context, db *sql.DB) (int, error) {
	list, err := status(ctx, db)
	if err != nil {
		return 0, err
	}
	applied := func(m Migration) bool { return m.Applied() }
	return len(slices.DeleteFunc(list, applied)), nil
}

func status(ctx context.Context, db *sql.DB) ([]Migration, error) {
	applied, err := appliedVersions(ctx, db)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(known)
	for i, m := range list {
		list[i].AppliedAt = applied[m.Version]
	}
	return list, nil
}

// appliedVersions reads goose's table: version → when. It is empty where no migration ever ran.
func appliedVersions(ctx context.Context, db *sql.DB) (map[int64]time.Time, error) {
	// The table is named without its schema: it is found where the other objects are.
	rows, err := db.QueryContext(ctx, "SELECT version_id, tstamp FROM "+versionTable+" WHERE version_id > 0")
	if pq.As(err, pqerror.UndefinedTable) != nil {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read applied migrations: %w", err)
	}
	defer rows.Close()
	applied := make(map[int64]time.Time)
	for rows.Next() {
		var version int64
		var at time.Time
		if err := rows.Scan(&version, &at); err != nil {
			return nil, fmt.Errorf("read applied migrations: %w", err)
		}
		applied[version] = at.UTC()
	}
	return applied, rows.Err()
}

func newestFirst(applied map[int64]time.Time) []int64 {
	return slices.SortedFunc(maps.Keys(applied), func(a, b int64) int { return cmp.Compare(b, a) })
}

// known holds the migrations of FS, oldest first, none applied.
var known = knownMigrations()

func knownMigrations() []Migration {
	entries, err := FS.ReadDir(".")
	if err != nil {
		panic(err) // The files are part of the program.
	}
	var found []Migration
	for _, entry := range entries { // Sorted by name, and so by number.
		number, name, _ := strings.Cut(strings.TrimSuffix(entry.Name(), ".sql"), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			panic(fmt.Sprintf("migration %s has no number", entry.Name()))
		}
		found = append(found, Migration{Version: version, Name: name})
	}
	return found
}

func nameOf(version int64) string {
	for _, m := range known {
		if m.Version == version {
			return m.Name
		}
	}
	return "unknown"
}
