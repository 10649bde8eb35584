package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/lib/pq"

	"atelier/migrations"
)

// schema identifies the migrations' text, so that no template outlives a change to it.
var schema = sync.OnceValues(func() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:4]), err
})

// migrated returns the template that holds the migrations and no rows.
func (s *server) migrated(ctx context.Context) (string, error) {
	version, err := schema()
	if err != nil {
		return "", err
	}
	name := prefix + s.run + "_template_" + version
	return name, s.once(ctx, name, emptyTemplate, func(url string) error { return migrations.Up(ctx, url) })
}

// filled returns the template that fill has filled.
func (s *server) filled(ctx context.Context, name string, fill func(url string) error) (string, error) {
	from, err := s.migrated(ctx)
	if err != nil {
		return "", err
	}
	full := from + "_" + plain(name, 8) + digest(name)
	return full, s.once(ctx, full, from, func(url string) error {
		if err := fill(url); err != nil {
			return err
		}
		return settle(ctx, url)
	})
}

// settle does what autovacuum would do in time.
func settle(ctx context.Context, url string) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, db, "VACUUM ANALYZE"), db.Close())
}

// once makes a template once in this process; the other tests wait for it, and share the error.
func (s *server) once(ctx context.Context, name, from string, fill func(url string) error) error {
	s.mu.Lock()
	building, ok := s.templates[name]
	if !ok {
		building = sync.OnceValue(func() error { return s.build(ctx, name, from, fill) })
		s.templates[name] = building
	}
	s.mu.Unlock()
	return building()
}

// build makes a template unless another process has. It is filled under another name, so that one that a killed process
// left half filled is never taken for it.
func (s *server) build(ctx context.Context, name, from string, fill func(url string) error) error {
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := do(ctx, conn, `SELECT pg_advisory_lock($1)`, lockKey(name)); err != nil {
		return err
	}
	defer func() { _ = do(context.WithoutCancel(ctx), conn, `SELECT pg_advisory_unlock($1)`, lockKey(name)) }()
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	if err := conn.QueryRowContext(ctx, query, name).Scan(&exists); err != nil || exists {
		return err
	}
	work := name + "_w"
	if err := s.drop(ctx, conn, work); err != nil {
		return err
	}
	if err := s.create(ctx, conn, work, from); err != nil {
		return err
	}
	if err := fill(s.url(work)); err != nil {
		return errors.Join(err, s.drop(ctx, conn, work))
	}
	return publish(ctx, conn, work, name)
}

// publish makes a filled database a template. Nobody may be connected to one that is copied, so whoever still is gets thrown
// out: connections that were closed just now take a moment to end, and fill may have forgotten some.
func publish(ctx context.Context, conn *sql.Conn, work, name string) error {
	const disconnect = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`
	return errors.Join(
		do(ctx, conn, "ALTER DATABASE "+pq.QuoteIdentifier(work)+" ALLOW_CONNECTIONS false"),
		do(ctx, conn, disconnect, work),
		do(ctx, conn, "ALTER DATABASE "+pq.QuoteIdentifier(work)+" RENAME TO "+pq.QuoteIdentifier(name)), // waits for them to go
	)
}
