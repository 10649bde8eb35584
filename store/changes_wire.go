package store

import (
	"context"
	"net"
	"time"
)

// earDialer dials the connections of a pq.Listener, on which nothing is waited for longer than patience: a server that is stopped, a
// network that swallows and a pooler that does not pass notices end as errors, and the listener connects anew.
type earDialer struct {
	patience time.Duration
	lifetime context.Context //nolint:containedctx // pq.Listener passes none.
	hangUp   func()          // Ends whatever is waited for, and lets nothing begin.
}

func newEarDialer(ctx context.Context, patience time.Duration) *earDialer {
	d := &earDialer{patience: patience}
	d.lifetime, d.hangUp = context.WithCancel(ctx)
	return d
}

// Dial implements pq.Dialer.
func (d *earDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialTimeout(network, address, d.patience)
}

// DialTimeout implements pq.Dialer.
func (d *earDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	dialer := net.Dialer{Timeout: min(timeout, d.patience)}
	conn, err := dialer.DialContext(d.lifetime, network, address)
	if err != nil {
		return nil, err
	}
	forget := context.AfterFunc(d.lifetime, func() { _ = conn.Close() })
	return &impatient{conn, d.patience, forget}, nil
}

// impatient is a connection each read and write of which has a limit of its own.
type impatient struct {
	net.Conn
	patience time.Duration
	forget   func() bool
}

// Read implements net.Conn.
func (c *impatient) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// Write implements net.Conn.
func (c *impatient) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Close implements net.Conn.
func (c *impatient) Close() error {
	c.forget()
	return c.Conn.Close()
}
