package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// farther is a proxy that makes a database as far away as another machine's: what is sent to it arrives a while later. It
// listens on a Unix socket in a folder of its own, so that nobody else reaches the database through it.
type farther struct {
	network, target string
	latency         time.Duration
	dir             string
	listener        net.Listener
	open            sync.WaitGroup
}

const postgresPort = "5432"

// newFarther listens for connections to the server of that URL; latency is that of a round trip.
func newFarther(ctx context.Context, server string, latency time.Duration) (*farther, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	f := &farther{network: "tcp", target: u.Host, latency: latency}
	port := u.Port()
	if port == "" {
		port = postgresPort
		f.target = net.JoinHostPort(u.Hostname(), port)
	}
	if dir := u.Query().Get("host"); dir != "" { // A Unix socket's folder.
		if named := u.Query().Get("port"); named != "" {
			port = named
		}
		f.network, f.target = "unix", filepath.Join(dir, ".s.PGSQL."+port)
	}
	if f.dir, err = os.MkdirTemp("", "atelier-bench-"); err != nil {
		return nil, err
	}
	f.listener, err = new(net.ListenConfig).Listen(ctx, "unix", filepath.Join(f.dir, ".s.PGSQL."+postgresPort))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(f.dir))
	}
	f.open.Go(f.accept)
	return f, nil
}

// through is the URL of a database by way of the proxy.
func (f *farther) through(database string) (string, error) {
	u, err := url.Parse(database)
	if err != nil {
		return "", err
	}
	query := u.Query()
	query.Set("host", f.dir)
	query.Set("port", postgresPort)
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = "", query.Encode()
	return u.String(), nil
}

func (f *farther) close() error {
	err := f.listener.Close()
	f.open.Wait()
	return errors.Join(err, os.RemoveAll(f.dir))
}

func (f *farther) accept() {
	for {
		near, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.open.Go(func() { f.carry(near) })
	}
}

func (f *farther) carry(near net.Conn) {
	defer func() { _ = near.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	far, err := new(net.Dialer).DialContext(ctx, f.network, f.target)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	var both sync.WaitGroup
	both.Go(func() { f.copyLate(far, near, f.latency/2) })
	both.Go(func() { f.copyLate(near, far, f.latency-f.latency/2) })
	both.Wait()
}

// piece is what arrived together, and when it is due.
type piece struct {
	text []byte
	due  time.Time
}

// copyLate passes on what it reads, each piece that much later: pieces that follow each other closely still do.
func (f *farther) copyLate(to, from net.Conn, late time.Duration) {
	pieces := make(chan piece, 1024)
	var writing sync.WaitGroup
	writing.Go(func() {
		timer := time.NewTimer(0)
		defer timer.Stop()
		for p := range pieces {
			timer.Reset(time.Until(p.due))
			<-timer.C
			if _, err := to.Write(p.text); err != nil {
				_ = from.Close() // Nobody is there to read on for.
			}
		}
		closeWriting(to)
	})
	for {
		text := make([]byte, 32<<10)
		n, err := from.Read(text)
		if n > 0 {
			pieces <- piece{text[:n], time.Now().Add(late)}
		}
		if err != nil {
			break
		}
	}
	close(pieces)
	writing.Wait()
}

func closeWriting(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = c.Close()
}
