package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/lib/pq"
)

// keptFor is how long a failed test's database stays on another server.
const keptFor = 24 * time.Hour

// connectExternal uses the server of TEST_DATABASE_URL.
func connectExternal(ctx context.Context, adminURL string, owner process) (*server, error) {
	s, err := newServer(ctx, adminURL, func(name string) string { return withDatabase(adminURL, name) }, owner)
	if err != nil {
		return nil, fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	s.keep = s.markKept
	if err := s.register(ctx); err != nil {
		return nil, fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	return s, nil
}

// withDatabase returns the URL, or the keywords and values (where the last of a keyword counts), with another database.
func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil || !strings.Contains(base, "://") {
		return base + " dbname='" + name + "'"
	}
	u.Path = "/" + name
	q := u.Query()
	if q.Has("dbname") { // it would win
		q.Del("dbname")
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// register keeps a lock for as long as this process lives, which says that its run does, and drops what dead runs left.
func (s *server) register(ctx context.Context) error {
	var err error
	if s.alive, err = s.admin.Conn(ctx); err != nil {
		return err
	}
	if err := do(ctx, s.alive, `SELECT pg_advisory_lock_shared($1)`, lockKey(s.run)); err != nil {
		return err
	}
	runs, err := s.others(ctx)
	if err != nil {
		return err
	}
	for id, databases := range runs {
		if err := s.sweepRun(ctx, id, databases); err != nil {
			return err
		}
	}
	return nil
}

// leftDatabase is what a run has left, unless it still runs.
type leftDatabase struct {
	name string
	kept sql.NullString // the comment on one that a failed test left: until when
}

// others returns the databases of other runs, by run.
func (s *server) others(ctx context.Context) (map[string][]leftDatabase, error) {
	const query = `SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname ~ ('^' || $1 || '[0-9a-f]{8}_')`
	rows, err := s.admin.QueryContext(ctx, query, prefix)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[string][]leftDatabase{}
	for rows.Next() {
		var d leftDatabase
		if err := rows.Scan(&d.name, &d.kept); err != nil {
			return nil, err
		}
		if id := d.name[len(prefix):][:8]; id != s.run {
			found[id] = append(found[id], d)
		}
	}
	return found, rows.Err()
}

// sweepRun drops the databases of a run if none of its processes lives.
func (s *server) sweepRun(ctx context.Context, id string, databases []leftDatabase) error {
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var dead bool
	if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, lockKey(id)).Scan(&dead); err != nil || !dead {
		return err
	}
	defer func() { _ = do(context.WithoutCancel(ctx), conn, `SELECT pg_advisory_unlock($1)`, lockKey(id)) }()
	for _, d := range databases {
		if until, err := time.Parse(time.RFC3339, d.kept.String); err == nil && time.Now().Before(until) {
			continue
		}
		_ = s.drop(ctx, conn, d.name) // another role's: not ours to drop
	}
	return nil
}

// markKept notes on a failed test's database until when it is to stay.
func (s *server) markKept(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	until := time.Now().Add(keptFor).UTC().Format(time.RFC3339)
	return do(ctx, s.admin, "COMMENT ON DATABASE "+pq.QuoteIdentifier(name)+" IS "+pq.QuoteLiteral(until))
}
