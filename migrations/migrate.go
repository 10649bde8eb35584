package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

// FS holds the SQL files, NNNNN_name.sql, in the format of goose.
//
//go:embed *.sql
var FS embed.FS

// versionTable is where goose keeps which files were applied. Not goose's default name: other programs that
// share the schema may use goose too.
const versionTable = "atelier_migrations"

// OneStep is the target of Down that takes back the newest applied migration only.
const OneStep int64 = -1

// Up brings the database at url to the newest version, makes good indexes that are missing or invalid, and adopts
// tables that were there before (see docs/migrations.md). It holds a lock, so any number of processes may call it at once:
// one works, the others wait; they return early where only indexes are being rebuilt.
//
// A *RefusalError says that the tables there do not fit; nothing was changed. Any other error may leave some
// migrations applied: Up goes on from there when it is called again.
func Up(ctx context.Context, url string) error {
	return run(ctx, url, "migrate up", (*session).up)
}

// Down takes back the migrations newer than version to, newest first: 0 takes back all, OneStep the newest one.
// It drops what Up created, with the rows in it, and never what was there before.
func Down(ctx context.Context, url string, to int64) error {
	return run(ctx, url, "migrate down", func(s *session, ctx context.Context) error { return s.down(ctx, to) })
}

func run(ctx context.Context, url, what string, work func(*session, context.Context) error) (err error) {
	s, err := openSession(ctx, url)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := work(s, ctx); err != nil {
		if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
			err = errors.Join(ctx.Err(), err) // The driver says only that the connection went bad.
		}
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (s *session) up(ctx context.Context) error {
	taken, err := s.acquire(ctx, func() (bool, error) {
		pending, err := Pending(ctx, s.DB)
		return pending == 0, err
	})
	if err != nil || !taken {
		return err
	}
	statuses, err := status(ctx, s.DB)
	if err != nil {
		return err
	}
	if isAdopting(statuses) {
		if err := s.preflight(ctx); err != nil {
			return err
		}
	}
	if err := s.applyAll(ctx, statuses); err != nil {
		return err
	}
	return s.repairIndexes(ctx)
}

// applyAll applies what is pending, in order. Tables that were there before are brought into shape after the
// first migration, which remembers what they were, and before any that builds upon them.
func (s *session) applyAll(ctx context.Context, statuses []Migration) error {
	adopting := isAdopting(statuses)
	start, applied := time.Now(), 0
	for _, m := range statuses {
		if adopting && m.Version > adoptionBegins {
			if err := s.adopt(ctx, statuses); err != nil {
				return err
			}
			adopting = false
		}
		if m.Applied() {
			continue
		}
		if err := s.apply(ctx, m, true); err != nil {
			return err
		}
		applied++
	}
	if applied > 0 {
		slog.InfoContext(ctx, "database migrated", "migrations", applied, "took", time.Since(start))
	}
	return nil
}

func (s *session) down(ctx context.Context, to int64) error {
	never := func() (bool, error) { return false, nil }
	if _, err := s.acquire(ctx, never); err != nil {
		return err
	}
	applied, err := appliedVersions(ctx, s.DB)
	if err != nil || len(applied) == 0 {
		return err
	}
	versions := newestFirst(applied)
	switch {
	case to == OneStep:
		to = versions[0] - 1
	case to < 0:
		return fmt.Errorf("version %d: it cannot be negative", to)
	}
	for _, version := range versions {
		if version <= to {
			return nil
		}
		if err := s.apply(ctx, Migration{Version: version, Name: nameOf(version)}, false); err != nil {
			return err
		}
	}
	_, err = s.ExecContext(ctx, "DROP TABLE "+versionTable)
	return err
}

// apply runs one migration up or down. Locks that it needs are waited for only briefly, and again: traffic queues
// behind a waiting ALTER. A file without a transaction builds indexes CONCURRENTLY: nobody queues
// behind that, and its waits for older transactions must not be cut short.
func (s *session) apply(ctx context.Context, m Migration, up bool) error {
	provider, err := goose.NewProvider(goose.DialectPostgres, s.DB, FS,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("load migrations: %w", err)
	}
	start := time.Now()
	apply := func() error {
		_, err := provider.ApplyVersion(ctx, m.Version, up)
		return err
	}
	if up && isConcurrent(m) {
		err = apply()
	} else {
		err = s.withBriefLocks(ctx, apply)
	}
	if errors.Is(err, goose.ErrVersionNotFound) {
		return fmt.Errorf("version %d is not known to this program: use the one that applied it", m.Version)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.file(), err)
	}
	slog.DebugContext(ctx, "migrated", "version", m.Version, "name", m.Name, "up", up, "took", time.Since(start))
	return nil
}

func isConcurrent(m Migration) bool {
	text, err := fs.ReadFile(FS, m.file())
	return err == nil && strings.Contains(string(text), "-- +goose NO TRANSACTION")
}
