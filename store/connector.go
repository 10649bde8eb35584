package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"time"

	"github.com/lib/pq"
)

// connectTimeout is how long a connection may take to be made where the address does not say (connect_timeout), whoever
// waits for it: the pool makes some for nobody in particular.
const connectTimeout = 5 * time.Second

// connector makes connections that can be interrupted.
type connector struct {
	*pq.Connector
	timeout   time.Duration // For all hosts together.
	canceller *canceller
}

// newConnector connects to a database with settings that win over those of its address.
func newConnector(url string, settings map[string]string) (*connector, error) {
	config, err := pq.NewConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	if config.Runtime = maps.Clone(config.Runtime); config.Runtime == nil {
		config.Runtime = map[string]string{}
	}
	maps.Copy(config.Runtime, settings)
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, connectTimeout)
	raw, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	raw.Dialer(&dialer{})
	made := &connector{Connector: raw, timeout: config.ConnectTimeout * time.Duration(1+len(config.Multi))}
	made.canceller = &canceller{dial: made.dial}
	return made, nil
}

// line is one of lib/pq's connections and the wire under it.
type line struct {
	pqConn
	wire *wire
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

// Close ends the connection, however little its server answers.
func (l line) Close() error {
	l.wire.bound(closeTimeout)
	return l.pqConn.Close()
}

// dial makes a connection, or gives up when ctx ends: lib/pq by itself goes on waiting for a server that took the call
// and says nothing.
func (c *connector) dial(ctx context.Context) (line, error) {
	w := newWire()
	stop := w.cutWith(ctx)
	defer stop()
	raw, err := c.Connector.Connect(context.WithValue(ctx, wireKey{}, w))
	if err != nil {
		return line{}, err
	}
	l := line{raw.(pqConn), w}
	if !stop() {
		_ = l.Close()
		return line{}, context.Cause(ctx)
	}
	return l, nil
}

// Connect implements driver.Connector. Who asked may leave: a server that answers still gets to finish, and the pool has
// the connection for the next.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, left := later(ctx, interruptGrace)
	defer left()
	ctx, done := context.WithTimeout(ctx, c.timeout)
	defer done()
	l, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	stop := l.wire.cutWith(ctx)
	pid, err := backendPID(l.pqConn)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("ask for the process id: %w", err)
	}
	return &interruptible{line: l, pid: pid, canceller: c.canceller}, nil
}

// later returns a context that ends a while after ctx has.
func later(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(while, cancel) })
	return late, func() {
		stop()
		cancel()
	}
}

// Close ends the canceller's connection; sql.DB calls it.
func (c *connector) Close() error { return c.canceller.close() }

const backendPIDSQL = `SELECT pg_backend_pid()`

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
