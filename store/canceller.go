package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// canceller cancels statements, one after the other, over a connection of its own that it dials when it is needed.
type canceller struct {
	dial     func(context.Context) (line, error)
	failures atomic.Int64

	mu   sync.Mutex // Held while a cancellation is under way.
	line line       // Zero until it is needed.
}

// cancelTimeout bounds the dial and the request of a cancellation.
const cancelTimeout = time.Second

// errUnanswered is for those who wait while a cancellation before theirs goes unanswered: theirs would as well.
var errUnanswered = errors.New("the database does not answer to cancellations")

// cancel interrupts what a server process runs. After an error it may or may not have been, and may be yet.
func (c *canceller) cancel(pid int64) error {
	failures := c.failures.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failures.Load() != failures {
		return errUnanswered
	}
	ctx, done := context.WithTimeout(context.Background(), cancelTimeout)
	defer done()
	err := c.send(ctx, pid)
	if err != nil && ctx.Err() == nil { // The connection was kept for long, and may have been closed by the server.
		err = c.send(ctx, pid)
	}
	if err != nil {
		c.failures.Add(1)
	}
	return err
}

const cancelSQL = `SELECT pg_cancel_backend($1)`

func (c *canceller) send(ctx context.Context, pid int64) error {
	if c.line.pqConn == nil {
		l, err := c.dial(ctx)
		if err != nil {
			return err
		}
		c.line = l
	}
	stop := c.line.wire.cutWith(ctx)
	_, err := c.line.ExecContext(context.WithoutCancel(ctx), cancelSQL, []driver.NamedValue{{Ordinal: 1, Value: pid}})
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = c.drop()
	}
	return err
}

func (c *canceller) drop() error {
	l := c.line
	c.line = line{}
	return l.Close()
}

func (c *canceller) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line.pqConn == nil {
		return nil
	}
	return c.drop()
}
