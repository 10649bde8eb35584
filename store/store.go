// Package store is the door to PostgreSQL: the only SQL besides migrations/, one file per noun.
//
// It answers with domain types and checks nobody's rights:
// SECURITY: whoever calls it has asked auth first, or passes the owner whose rows alone are wanted.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
)

// Config says how to reach the database and how much of it to use.
type Config struct {
	URL string // As lib/pq reads it: a postgres:// URL or key=value pairs.
	// MaxConns bounds the pool. Default 16. More than PostgreSQL has cores seldom helps.
	MaxConns int
	// StatementTimeout is when PostgreSQL gives up on a statement; the caller gets domain.Timeout. Default 5 s.
	StatementTimeout time.Duration
	// Observe is told how long each statement took, by the table it is about. May be nil.
	Observe func(table string, took time.Duration)
}

// Store runs prepared statements on a bounded pool. It is safe for concurrent use.
type Store struct {
	db      *sqlx.DB
	conns   int // The most of the pool.
	observe func(table string, took time.Duration)
}

// Open connects, or returns domain.Unavailable. It does not migrate.
func Open(ctx context.Context, c Config) (*Store, error) {
	connector, err := newConnector(c.URL, sessionSettings(cmp.Or(c.StatementTimeout, 5*time.Second)))
	if err != nil {
		return nil, err
	}
	conns := cmp.Or(c.MaxConns, 16)
	s := &Store{db: newPool(connector, conns), conns: conns, observe: c.Observe}
	if s.observe == nil {
		s.observe = func(string, time.Duration) {}
	}
	if err := s.Ping(ctx); err != nil {
		_ = s.db.Close()
		return nil, err
	}
	return s, nil
}

// sessionSettings are what every connection begins with. Statements are planned once per connection, for any arguments:
// planning anew takes longer than most of them run, and a plan for a page of known size trusts the average parent, sorting all
// rows of one that has thousands. Such a plan's cost is far too high (it takes a LIMIT for a tenth of the rows), so it must not
// start the compiler.
func sessionSettings(timeout time.Duration) map[string]string {
	return map[string]string{
		"statement_timeout": strconv.FormatInt(timeout.Milliseconds(), 10),
		"plan_cache_mode":   "force_generic_plan",
		"jit":               "off",
	}
}

// newPool keeps every connection it opens: each holds prepared statements that would have to be made again.
func newPool(connector *connector, size int) *sqlx.DB {
	db := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db
}

// Ping reports whether the database answers, or returns domain.Unavailable.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return translate(ctx, fmt.Errorf("ping: %w", err))
	}
	return nil
}

// DB is the pool, for what works on whole databases: migrations, demo data, doctor.
func (s *Store) DB() *sqlx.DB { return s.db }

// Close ends all connections.
func (s *Store) Close() error { return s.db.Close() }
