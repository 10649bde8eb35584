package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"sync"
	"time"

	"github.com/lib/pq"
)

// lib/pq cancels a statement whose context ends by dialling a new connection, and drops the old one: a crowd of clients
// that hang up becomes a storm of connections. Here statements never see their caller's context. One that runs on
// for longer than a grace after the context has ended is cancelled through a single connection kept for that, and its own
// connection lives on. Shorter ones run to their end, and nothing follows them: the pool refuses an ended context.
//
// Through a pooler that shares server connections the process ids are not ours to cancel: statement_timeout remains.

const (
	// interruptGrace is how long a statement may run on after its context has ended.
	interruptGrace = 100 * time.Millisecond
	// interruptTimeout bounds the dial and the request of a cancellation.
	interruptTimeout = 2 * time.Second
)

// connector makes connections that can be interrupted.
type connector struct {
	*pq.Connector
	interrupter *interrupter
}

const backendPIDSQL = `SELECT pg_backend_pid()`

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := &interruptible{pqConn: raw.(pqConn), interrupter: c.interrupter}
	if conn.pid, err = backendPID(conn.pqConn); err != nil {
		_ = raw.Close()
		return nil, fmt.Errorf("ask for the process id: %w", err)
	}
	return conn, nil
}

// Close ends the interrupter's connection; sql.DB calls it.
func (c *connector) Close() error { return c.interrupter.drop() }

func backendPID(conn pqConn) (int64, error) {
	rows, err := conn.QueryContext(context.Background(), backendPIDSQL, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	values := make([]driver.Value, 1)
	if err := rows.Next(values); err != nil {
		return 0, err
	}
	pid, ok := values[0].(int64)
	if !ok {
		return 0, fmt.Errorf("the process id is a %T", values[0])
	}
	return pid, nil
}

// pqConn is what lib/pq's connections implement.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// interruptible is a connection whose statements are interrupted a while after their context has ended.
type interruptible struct {
	pqConn
	pid         int64
	interrupter *interrupter

	mu      sync.Mutex // Held while a cancellation is under way, so that it cannot hit the next statement.
	running int        // The number of the statement that runs; 0 between statements.
	last    int
}

// begin notes that a statement runs under ctx. The function it returns must be called when it has ended.
func (c *interruptible) begin(ctx context.Context) (end func()) {
	c.mu.Lock()
	c.last++
	number := c.last
	c.running = number
	c.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(interruptGrace, func() { c.interrupt(number) }) })
	return func() {
		stop()
		c.mu.Lock()
		c.running = 0
		c.mu.Unlock()
	}
}

func (c *interruptible) interrupt(number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == number {
		c.interrupter.cancel(c.pid)
	}
}

// QueryContext implements driver.QueryerContext.
func (c *interruptible) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	end := c.begin(ctx)
	rows, err := c.pqConn.QueryContext(context.WithoutCancel(ctx), query, args)
	return watchRows(rows, err, end)
}

// ExecContext implements driver.ExecerContext.
func (c *interruptible) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer c.begin(ctx)()
	return c.pqConn.ExecContext(context.WithoutCancel(ctx), query, args)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *interruptible) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	defer c.begin(ctx)()
	stmt, err := c.pqConn.PrepareContext(context.WithoutCancel(ctx), query)
	if pqStmt, ok := stmt.(pqStmt); ok && err == nil {
		return &interruptibleStmt{pqStmt, c}, nil
	}
	return stmt, err // COPY, which is not for requests.
}

// BeginTx implements driver.ConnBeginTx. A transaction whose context ends is rolled back by database/sql.
func (c *interruptible) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	defer c.begin(ctx)()
	return c.pqConn.BeginTx(context.WithoutCancel(ctx), options)
}

// Ping implements driver.Pinger.
func (c *interruptible) Ping(ctx context.Context) error {
	defer c.begin(ctx)()
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
	end := s.conn.begin(ctx)
	rows, err := s.pqStmt.QueryContext(context.WithoutCancel(ctx), args)
	return watchRows(rows, err, end)
}

// ExecContext implements driver.StmtExecContext.
func (s *interruptibleStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	defer s.conn.begin(ctx)()
	return s.pqStmt.ExecContext(context.WithoutCancel(ctx), args)
}

// watchedRows are rows whose statement runs until they are closed.
type watchedRows struct {
	driver.Rows
	end func()
}

func watchRows(rows driver.Rows, err error, end func()) (driver.Rows, error) {
	if err != nil {
		end()
		return nil, err
	}
	return &watchedRows{rows, end}, nil
}

// Close implements driver.Rows.
func (r *watchedRows) Close() error {
	defer r.end()
	return r.Rows.Close()
}

// interrupter cancels statements, one after the other, over a connection of its own that it dials when it is needed.
type interrupter struct {
	dial func(context.Context) (driver.Conn, error)

	mu   sync.Mutex
	conn driver.Conn
}

const cancelSQL = `SELECT pg_cancel_backend($1)`

// cancel interrupts what a server process runs. Where that fails, statement_timeout remains.
func (i *interrupter) cancel(pid int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	ctx, done := context.WithTimeout(context.Background(), interruptTimeout)
	defer done()
	if err := i.send(ctx, pid); err != nil && i.conn != nil {
		_ = i.conn.Close()
		i.conn = nil
	}
}

func (i *interrupter) send(ctx context.Context, pid int64) error {
	if i.conn == nil {
		conn, err := i.dial(ctx)
		if err != nil {
			return err
		}
		i.conn = conn
	}
	_, err := i.conn.(driver.ExecerContext).ExecContext(ctx, cancelSQL, []driver.NamedValue{{Ordinal: 1, Value: pid}})
	return err
}

func (i *interrupter) drop() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.conn == nil {
		return nil
	}
	conn := i.conn
	i.conn = nil
	return conn.Close()
}
