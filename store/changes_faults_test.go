package store_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"atelier/domain"
	"atelier/migrations"
	"atelier/store"
)

// rename changes a user, and returns what is told of it.
func (w *world) rename(t *testing.T, user string) domain.Change {
	t.Helper()
	w.exec(t, `UPDATE users SET name = name || 'x' WHERE id = $1`, user)
	return domain.Change{Table: domain.TableUsers, Kind: domain.RowsUpdated, IDs: []string{user}, Owners: []string{user}}
}

// PostgreSQL may come and go. What it loses in a crash may have been told, so a crash is a gap; a restart in good order is none.
func TestAFollowerOutlivesPostgreSQL(t *testing.T) {
	t.Parallel()
	for name, hard := range map[string]bool{"stopped": false, "crashed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t)
			if err := migrations.Up(t.Context(), c.URL("")); err != nil {
				t.Fatal(err)
			}
			w := worldAt(t, c.URL(""), store.Config{MaxConns: 3})
			w.users(t, "u")
			f := follow(t, store.FollowConfig{URL: w.url})
			before := w.rename(t, "u")
			f.awaitChanges(t, before)
			c.stop(t, hard)
			f.awaitState(t, store.FeedDown)
			c.start(t)
			f.awaitState(t, store.FeedLive)
			f.awaitChanges(t, before, w.rename(t, "u"))
			if gaps := f.Stats().Gaps; (gaps > 0) != hard {
				t.Errorf("%d gaps", gaps)
			}
		})
	}
}

// Connections that are killed cost nothing but a moment.
func TestKilledConnectionsAreMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	f := follow(t, store.FollowConfig{URL: w.url})
	var want []domain.Change
	for range 3 {
		w.cutFeed(t)
		want = append(want, w.rename(t, "u"))
		f.awaitChanges(t, want...)
		f.awaitState(t, store.FeedLive)
	}
	if gaps := f.Stats().Gaps; gaps > 0 {
		t.Errorf("%d gaps", gaps)
	}
}

// A LISTEN that is dead and does not say so delays what is told, and no more.
func TestADeadListenIsNoticedAndReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	p := newProxy(t, w.url)
	f := follow(t, store.FollowConfig{URL: p.url})
	p.set(func() { p.deaf = true })
	change := w.rename(t, "u")
	f.awaitChanges(t, change)
	f.awaitState(t, store.FeedPolling)
	f.awaitChanges(t, change, w.rename(t, "u"))
	p.set(func() { p.deaf = false })
	f.awaitState(t, store.FeedLive)
	if gaps := f.Stats().Gaps; gaps > 0 {
		t.Errorf("%d gaps", gaps)
	}
}

// A server that takes what is sent and says nothing, as one does that was stopped, is given up.
func TestASilentServerIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	p := newProxy(t, w.url)
	f := follow(t, store.FollowConfig{URL: p.url})
	p.set(func() { p.silent = true })
	f.awaitState(t, store.FeedDown)
	change := w.rename(t, "u")
	p.set(func() { p.silent = false })
	f.awaitChanges(t, change)
	f.awaitState(t, store.FeedLive)
}

// A transaction that has notified cannot be prepared, so a program that prepares its own says so, and is told all the same.
func TestAPreparedTransactionIsToldWhenItCommits(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	if err := migrations.Up(t.Context(), c.URL("")); err != nil {
		t.Fatal(err)
	}
	w := worldAt(t, c.URL(""), store.Config{MaxConns: 3})
	w.users(t, "u", "v")
	f := follow(t, store.FollowConfig{URL: w.url})
	const prepare = `BEGIN; UPDATE users SET name = 'prepared' WHERE id = 'u'; PREPARE TRANSACTION 'p'`
	if _, err := w.db.Exec(prepare); pq.As(err, pqerror.FeatureNotSupported) == nil {
		t.Errorf("prepared: %v", err)
	}
	w.exec(t, `ALTER ROLE CURRENT_USER SET atelier.notify = off`)
	other := connect(t, w.url)
	if _, err := other.Exec(prepare); err != nil {
		t.Fatal(err)
	}
	early := w.rename(t, "v")
	f.awaitChanges(t, early)
	if _, err := other.Exec(`COMMIT PREPARED 'p'`); err != nil {
		t.Fatal(err)
	}
	f.awaitChanges(t, early, domain.Change{Table: domain.TableUsers, Kind: domain.RowsUpdated, IDs: []string{"u"}, Owners: []string{"u"}})
}

// proxy stands between a follower and its database.
type proxy struct {
	url, target string

	mu     sync.Mutex
	deaf   bool   // Connections that listen get nothing any more.
	silent bool   // No connection gets anything.
	others string // The database that new connections get in the place of the one they ask for; empty for that one.
}

func newProxy(t *testing.T, database string) *proxy {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	if query.Get("host") == "" {
		t.Skip("the tests' database is not on a socket")
	}
	const socket = ".s.PGSQL.5432"
	p := &proxy{target: filepath.Join(query.Get("host"), ".s.PGSQL."+query.Get("port"))}
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	query.Set("host", dir)
	query.Set("port", "5432")
	u.RawQuery = query.Encode()
	p.url = u.String()
	go p.serve(listener)
	return p
}

func (p *proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *proxy) serve(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		listens := make(chan struct{})
		go p.forward(server, client, listens)
		go p.answer(client, server, listens)
	}
}

// forward passes what a client sends, and notes when it listens.
func (p *proxy) forward(server, client net.Conn, listens chan struct{}) {
	defer func() { _ = server.Close() }()
	buffer := make([]byte, 1<<16)
	listening := false
	for isFirst := true; ; isFirst = false {
		n, err := client.Read(buffer)
		if isFirst {
			n = p.misdirect(buffer, n)
		}
		if !listening && bytes.Contains(buffer[:n], []byte("LISTEN ")) {
			listening = true
			close(listens)
		}
		if _, failed := server.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

// misdirect changes the database that a connection's first message asks for.
func (p *proxy) misdirect(buffer []byte, n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.others == "" {
		return n
	}
	first := bytes.Replace(buffer[:n], []byte("\x00"+nameIn(p.url)+"\x00"), []byte("\x00"+p.others+"\x00"), 1)
	binary.BigEndian.PutUint32(first, uint32(len(first)))
	return copy(buffer, first)
}

// nameIn is the name of the database in an address.
func nameIn(database string) string {
	u, _ := url.Parse(database)
	return strings.TrimPrefix(u.Path, "/")
}

// answer passes what the server sends, or swallows it.
func (p *proxy) answer(client, server net.Conn, listens chan struct{}) {
	defer func() { _ = client.Close() }()
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		if n > 0 && !p.swallows(listens) {
			if _, failed := client.Write(buffer[:n]); failed != nil {
				return
			}
		}
		if err != nil {
			_, _ = io.Copy(io.Discard, server)
			return
		}
	}
}

func (p *proxy) swallows(listens chan struct{}) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-listens:
		return p.deaf || p.silent
	default:
		return p.silent
	}
}

// cutFeed ends the connections by which followers are told of changes.
func (w *world) cutFeed(t *testing.T) {
	t.Helper()
	w.exec(t, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND (application_name = 'atelier changes' OR query LIKE 'LISTEN%')`)
}
