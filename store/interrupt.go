package store

import (
	"context"
	"database/sql/driver"
	"sync"
	"time"
)

// lib/pq cancels a statement whose context ends by dialling a new connection, and drops the old one: a crowd of clients
// that hang up becomes a storm of connections. Here statements never see their caller's context. One that runs on
// for longer than a grace after the context has ended is cancelled through a single connection kept for that, and its own
// connection lives on. Shorter ones run to their end, and nothing follows them: the pool refuses an ended context.
//
// Where the server does not take the cancellation, or does not obey it, it has stopped answering: the wire is cut, and the
// pool drops the connection.
//
// Through a pooler that shares server connections the process ids are not ours to cancel: then the wire is cut.

const (
	// interruptGrace is how long a statement may run on after its context has ended.
	interruptGrace = 100 * time.Millisecond
	// obeyTimeout is how long a server that took a cancellation may take to end the statement, and one that was sent a
	// COMMIT to answer once nobody waits for it.
	obeyTimeout = time.Second
	// closeTimeout bounds what ends a transaction, a statement or a connection in good order.
	closeTimeout = time.Second
)

// interruptible is a connection whose statements are interrupted a while after their context has ended.
type interruptible struct {
	line
	pid       int64
	canceller *canceller

	statements map[string]pqStmt // Those that this connection has prepared, by their text.

	// Room that each statement uses again.
	values []driver.NamedValue
	record [1]driver.Value
	row    row

	mu         sync.Mutex
	running    int // The number of the statement that runs; 0 between statements.
	last       int
	cancelling chan struct{} // Closed when the cancellation under way is over; nil while there is none.
}

// watch is a statement that runs. Its end must be told.
type watch struct {
	conn *interruptible
	stop func() bool // Nil where nothing ends the context.
}

// begin notes that a statement runs under ctx.
func (c *interruptible) begin(ctx context.Context) watch {
	return c.watch(ctx, interruptGrace, (*interruptible).interrupt)
}

// watch notes that a statement runs, and calls late with its number if it does so still a while after ctx has ended.
func (c *interruptible) watch(ctx context.Context, while time.Duration, late func(c *interruptible, number int)) watch {
	c.mu.Lock()
	c.last++
	number := c.last
	c.running = number
	c.mu.Unlock()
	if ctx.Done() == nil {
		return watch{conn: c}
	}
	return watch{c, context.AfterFunc(ctx, func() { time.AfterFunc(while, func() { late(c, number) }) })}
}

// end notes that the statement has ended.
func (w watch) end() {
	if w.stop != nil {
		w.stop()
	}
	w.conn.end()
}

// end waits for a cancellation that is under way, so that it cannot hit the next statement.
func (c *interruptible) end() {
	c.mu.Lock()
	c.running = 0
	cancelling := c.cancelling
	c.mu.Unlock()
	if cancelling == nil {
		return
	}
	select {
	case <-cancelling:
	case <-c.wire.gone:
	}
}

// interrupt cancels a statement that runs still, and cuts the wire if that is not heard.
func (c *interruptible) interrupt(number int) {
	over := make(chan struct{})
	c.mu.Lock()
	wanted := c.running == number
	if wanted {
		c.cancelling = over
	}
	c.mu.Unlock()
	if !wanted {
		return
	}
	if c.canceller.cancel(c.pid) != nil {
		c.wire.cut()
	}
	time.AfterFunc(obeyTimeout, func() { c.cut(number) })
	c.mu.Lock()
	c.cancelling = nil
	c.mu.Unlock()
	close(over)
}

// cut cuts the wire under a statement that runs still.
func (c *interruptible) cut(number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == number {
		c.wire.cut()
	}
}

// closing is watch for what ends something in good order, and so is not its caller's to interrupt.
func (c *interruptible) closing() (end func()) {
	ctx, done := context.WithTimeout(context.Background(), closeTimeout)
	closing := c.watch(ctx, 0, (*interruptible).cut)
	return func() {
		closing.end()
		done()
	}
}

// IsValid implements driver.Validator.
func (c *interruptible) IsValid() bool { return !c.wire.isCut() && c.pqConn.IsValid() }

// ResetSession implements driver.SessionResetter.
func (c *interruptible) ResetSession(ctx context.Context) error {
	if c.wire.isCut() {
		return driver.ErrBadConn
	}
	return c.pqConn.ResetSession(ctx)
}

// QueryContext implements driver.QueryerContext.
func (c *interruptible) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	running := c.begin(ctx)
	rows, err := c.pqConn.QueryContext(context.WithoutCancel(ctx), query, args)
	return watchRows(rows, err, running)
}

// ExecContext implements driver.ExecerContext.
func (c *interruptible) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer c.begin(ctx).end()
	return c.pqConn.ExecContext(context.WithoutCancel(ctx), query, args)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *interruptible) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	defer c.begin(ctx).end()
	stmt, err := c.pqConn.PrepareContext(context.WithoutCancel(ctx), query)
	if pqStmt, ok := stmt.(pqStmt); ok && err == nil {
		return &interruptibleStmt{pqStmt, c}, nil
	}
	return stmt, err // COPY, which is not for requests.
}

// Ping implements driver.Pinger. There is nothing to cancel: who does not answer in time does not answer.
func (c *interruptible) Ping(ctx context.Context) error {
	defer c.watch(ctx, 0, (*interruptible).cut).end()
	return c.pqConn.Ping(context.WithoutCancel(ctx))
}

// pqStmt is what lib/pq's prepared statements implement.
type pqStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type interruptibleStmt struct {
	pqStmt
	conn *interruptible
}

// QueryContext implements driver.StmtQueryContext.
func (s *interruptibleStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	running := s.conn.begin(ctx)
	rows, err := s.pqStmt.QueryContext(context.WithoutCancel(ctx), args)
	return watchRows(rows, err, running)
}

// ExecContext implements driver.StmtExecContext.
func (s *interruptibleStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	defer s.conn.begin(ctx).end()
	return s.pqStmt.ExecContext(context.WithoutCancel(ctx), args)
}

// Close implements driver.Stmt.
func (s *interruptibleStmt) Close() error {
	defer s.conn.closing()()
	return s.pqStmt.Close()
}

// watchedRows are rows whose statement runs until they are closed.
type watchedRows struct {
	driver.Rows
	running watch
}

func watchRows(rows driver.Rows, err error, running watch) (driver.Rows, error) {
	if err != nil {
		running.end()
		return nil, err
	}
	return &watchedRows{rows, running}, nil
}

// Close implements driver.Rows.
func (r *watchedRows) Close() error {
	defer r.running.end()
	return r.Rows.Close()
}

// BeginTx implements driver.ConnBeginTx. A transaction whose context ends is rolled back by database/sql.
func (c *interruptible) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	defer c.begin(ctx).end()
	tx, err := c.pqConn.BeginTx(context.WithoutCancel(ctx), options)
	if err != nil {
		return nil, err
	}
	return &interruptibleTx{tx, c, ctx}, nil
}

// interruptibleTx is a transaction whose end is waited for no longer than makes sense.
type interruptibleTx struct {
	driver.Tx
	conn *interruptible
	ctx  context.Context //nolint:containedctx // driver.Tx gives Commit none.
}

// Commit implements driver.Tx. It is not cancelled: where it waits for replicas, PostgreSQL would call it done without them.
func (t *interruptibleTx) Commit() error {
	defer t.conn.watch(t.ctx, obeyTimeout, (*interruptible).cut).end()
	return t.Tx.Commit()
}

// Rollback implements driver.Tx. It is for when the context has ended, too.
func (t *interruptibleTx) Rollback() error {
	defer t.conn.closing()()
	return t.Tx.Rollback()
}
