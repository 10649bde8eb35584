package store

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"
)

// wire is the network connection under one of lib/pq's, which waits on it without a bound: cutting it ends the wait, and
// the connection with it.
type wire struct {
	gone chan struct{} // Closed when the wire is cut.

	mu   sync.Mutex
	conn net.Conn // nil until it is dialled.
}

func newWire() *wire { return &wire{gone: make(chan struct{})} }

// hold remembers what was dialled; a dialler that tries again, without TLS for instance, brings another.
func (w *wire) hold(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn = conn; w.isCut() {
		_ = conn.Close()
	}
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isCut() {
		return
	}
	close(w.gone)
	if w.conn != nil {
		_ = w.conn.Close()
	}
}

func (w *wire) isCut() bool {
	select {
	case <-w.gone:
		return true
	default:
		return false
	}
}

// cutWith cuts the wire when ctx ends. stop, which must be called, reports whether it came first.
func (w *wire) cutWith(ctx context.Context) (stop func() bool) { return context.AfterFunc(ctx, w.cut) }

// bound ends all waiting on the wire after a time, for what is the last to be sent on it.
func (w *wire) bound(within time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		_ = w.conn.SetDeadline(time.Now().Add(within))
	}
}

// dialer is lib/pq's way to the network; what it dials is held by the wire that the context carries.
type dialer struct{ net.Dialer }

type wireKey struct{}

// DialContext implements pq.DialerContext.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if w, ok := ctx.Value(wireKey{}).(*wire); ok {
		w.hold(conn)
	}
	return &thirsty{conn, bufio.NewReaderSize(conn, readBytes)}, nil
}

// DialTimeout implements pq.Dialer, which lib/pq does not use beside DialContext.
func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, done := context.WithTimeout(context.Background(), timeout)
	defer done()
	return d.DialContext(ctx, network, address)
}

// readBytes is how much is read from the network at once, if so much is there. lib/pq by itself reads 4 kB, a call of the system for
// each, where PostgreSQL sends 8 kB and more of them while the first are read.
const readBytes = 32 << 10

// thirsty is a connection that is read in large pieces.
type thirsty struct {
	net.Conn
	ahead *bufio.Reader
}

// Read implements net.Conn.
func (t *thirsty) Read(into []byte) (int, error) { return t.ahead.Read(into) }
