package migrations

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

// advisoryLock is the key of the lock that a run of migrations holds: "atelier" in ASCII.
// Advisory locks are per database.
const advisoryLock int64 = 0x6174656c696572

// lockPoll is the pause between two tries to get the lock. A waiter must poll: one that waits inside a
// statement holds a snapshot, for which the winner's CREATE INDEX CONCURRENTLY would wait in turn.
const lockPoll = 200 * time.Millisecond

var errSessionLost = errors.New("the connection that held the migration lock was lost; run it again")

// session is one connection to the database: the lock and every statement under it share it, so that
// work never goes on after the lock was lost. Closing it releases the lock.
type session struct {
	*sql.DB
}

// openSession connects to the database at a URL. No timeout of the role, the database or the URL holds in it,
// and times are UTC.
func openSession(ctx context.Context, database string) (*session, error) {
	connector, err := readURL(database)
	if err != nil {
		return nil, fmt.Errorf("read database URL: %w", err)
	}
	db := sql.OpenDB(&onceConnector{Connector: connector})
	db.SetMaxOpenConns(1)
	s := &session{db}
	if _, err := s.ExecContext(ctx, sessionSettings); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to database: %w", err), s.Close())
	}
	return s, nil
}

const sessionSettings = `
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET timezone = 'UTC'`

var errUnreadableURL = errors.New("it is not postgres://user:password@host/database " +
	"(in a password, characters such as / ? # @ are percent-encoded) and not a list of key=value")

// readURL keeps the reasons of the parsers to itself: they quote what they could not read,
// which may be the password.
func readURL(database string) (*pq.Connector, error) {
	isURL := strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
	if _, err := url.Parse(database); isURL && err != nil {
		return nil, errUnreadableURL
	}
	connector, err := pq.NewConnector(database)
	if err != nil && !isURL {
		return nil, errUnreadableURL
	}
	return connector, err
}

// acquire takes the lock and reports true; or false where another session holds it and isDone says that
// nothing is left to do. It waits as long as neither is the case.
func (s *session) acquire(ctx context.Context, isDone func() (bool, error)) (bool, error) {
	for {
		var taken bool
		err := s.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", advisoryLock).Scan(&taken)
		if err != nil {
			return false, fmt.Errorf("take migration lock: %w", err)
		}
		if taken {
			return true, nil
		}
		if done, err := isDone(); done || err != nil {
			return false, err
		}
		if err := pause(ctx, lockPoll); err != nil {
			return false, fmt.Errorf("wait for migration lock: %w", err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// onceConnector connects a single time: database/sql would replace a broken connection silently,
// and go on without the lock that it held.
type onceConnector struct {
	driver.Connector

	used atomic.Bool
}

func (c *onceConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.used.Swap(true) {
		return nil, errSessionLost
	}
	return c.Connector.Connect(ctx)
}
