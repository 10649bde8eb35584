package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"

	"github.com/lib/pq"

	"atelier/domain"
)

// SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	classConnection = "08"
	classOperator   = "57" // Operator intervention: shut down, crashed, starting up.
	queryCanceled   = "57014"
	tooManyConns    = "53300"
)

// translate gives err the code that its cause calls for, keeping the cause for the log. What has a code keeps it, and a
// context that ended says so itself.
func translate(ctx context.Context, err error) error {
	if err == nil || domain.CodeOf(err) != domain.Internal || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	state := stateOf(err)
	switch {
	case state == queryCanceled:
		return withCode(domain.NewError(domain.Timeout, "the database took too long; ask for less, or again later"), err)
	case state == tooManyConns || isUnreachable(err, state):
		return withCode(domain.NewError(domain.Unavailable, "the database cannot be reached; ask again later"), err)
	}
	return err
}

func stateOf(err error) string {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return string(e.Code)
	}
	return ""
}

func isUnreachable(err error, state string) bool {
	if len(state) == 5 {
		return state[:2] == classConnection || state[:2] == classOperator
	}
	_, isNet := errors.AsType[net.Error](err)
	return isNet || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}

// coded is an error for the caller with its cause for the log.
type coded struct {
	told  *domain.Error
	cause error
}

func withCode(told *domain.Error, cause error) error { return &coded{told, cause} }

// Error says both; only told reaches the caller.
func (c *coded) Error() string { return c.told.Message + ": " + c.cause.Error() }

// Unwrap makes both visible to errors.Is and errors.As.
func (c *coded) Unwrap() []error { return []error{c.told, c.cause} }
