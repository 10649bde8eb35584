//go:build unix

package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// errGone: the postmaster ended while it was being waited for.
var errGone = errors.New("PostgreSQL has ended")

const (
	// silenceLimit is how long a postmaster that lives may give no answer. While it recovers from a crash it says so.
	silenceLimit = 30 * time.Second
	// pingLimit bounds one try, against a process that accepts connections and then hangs.
	pingLimit = 5 * time.Second
)

// waitReady waits until the postmaster answers on its socket and the default database exists.
// socketDir is asked for each time: one that another process started has not named it yet.
func waitReady(ctx context.Context, socketDir func() (string, bool), ended func() bool) (string, error) {
	delay := 5 * time.Millisecond
	var last error
	for deadline := time.Now().Add(silenceLimit); time.Now().Before(deadline); delay = min(2*delay, 50*time.Millisecond) {
		if dir, ok := socketDir(); ok {
			last = ensureDatabase(ctx, dir)
			if last == nil || !isStarting(last) {
				return dir, last
			}
			if isAnswer(last) {
				deadline = time.Now().Add(silenceLimit)
			}
		}
		if ended() {
			return "", errGone
		}
		if err := pause(ctx, delay); err != nil {
			return "", err
		}
	}
	return "", &Error{
		Kind:  ErrStart,
		What:  fmt.Sprintf("PostgreSQL runs but gives no answer for %v", silenceLimit),
		Hint:  "Check the PG* variables of the environment, " + orDatabaseURL,
		Cause: last,
	}
}

// isAnswer reports whether an error is PostgreSQL's own.
func isAnswer(err error) bool {
	_, ok := errors.AsType[*pq.Error](err)
	return ok
}

// isStarting reports whether a connection failed for a reason that passes: nobody listens yet, it is recovering or
// shutting down, or all its connections are taken.
func isStarting(err error) bool {
	if answer, ok := errors.AsType[*pq.Error](err); ok {
		const cannotConnectNow, tooManyConnections = "57P03", "53300"
		return answer.Code == cannotConnectNow || answer.Code == tooManyConnections
	}
	_, ours := errors.AsType[*Error](err)
	return !ours
}

// ensureDatabase makes the default database if it is absent. The caller holds start.lock, so nobody else makes it now.
func ensureDatabase(ctx context.Context, socketDir string) error {
	connector, err := pq.NewConnector(socketURL(socketDir, "postgres"))
	if err != nil {
		return &Error{Kind: ErrStart, What: "connect to PostgreSQL", Hint: "Check the PG* variables of the environment.", Cause: err}
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	exists, err := hasDatabase(ctx, db)
	if err != nil || exists {
		return err
	}
	_, err = db.ExecContext(ctx, `CREATE DATABASE `+pq.QuoteIdentifier(DefaultDatabase))
	return err
}

func hasDatabase(ctx context.Context, db *sql.DB) (exists bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	err = db.QueryRowContext(ctx, query, DefaultDatabase).Scan(&exists)
	return exists, err
}
