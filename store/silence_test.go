package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"

	"atelier/domain"
	"atelier/migrations"
	"atelier/store"
	"atelier/store/storetest"
)

// hole is a way to PostgreSQL that can fall silent: then nothing passes, in either direction, and no one is told.
type hole struct {
	listener net.Listener
	network  string
	address  string
	dials    atomic.Int64

	mu    sync.Mutex
	open  chan struct{} // Closed while the hole lets through.
	conns []net.Conn
}

func newHole(t *testing.T, url string) (h *hole, through string) {
	t.Helper()
	config, err := pq.NewConfig(url)
	must(t, config, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	h = &hole{listener: must(t, listener, err), network: "tcp", address: net.JoinHostPort(config.Host, fmt.Sprint(config.Port)), open: make(chan struct{})}
	if strings.HasPrefix(config.Host, "/") {
		h.network, h.address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port)
	}
	close(h.open)
	go h.accept()
	t.Cleanup(h.close)
	return h, fmt.Sprintf("host=127.0.0.1 port=%d user='%s' password='%s' dbname='%s' sslmode=disable",
		listener.Addr().(*net.TCPAddr).Port, config.User, config.Password, config.Database)
}

func (h *hole) accept() {
	for {
		client, err := h.listener.Accept()
		if err != nil {
			return
		}
		h.dials.Add(1)
		server, err := net.Dial(h.network, h.address)
		if err != nil {
			_ = client.Close()
			continue
		}
		h.mu.Lock()
		h.conns = append(h.conns, client, server)
		h.mu.Unlock()
		go h.pass(client, server)
		go h.pass(server, client)
	}
}

func (h *hole) pass(to, from net.Conn) {
	defer to.Close()
	part := make([]byte, 4096)
	for {
		n, err := from.Read(part)
		h.mu.Lock()
		open := h.open
		h.mu.Unlock()
		<-open
		if _, failed := to.Write(part[:n]); failed != nil || err != nil {
			return
		}
	}
}

// silence makes nothing pass until restore is called.
func (h *hole) silence() (restore func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	open := make(chan struct{})
	h.open = open
	return sync.OnceFunc(func() { close(open) })
}

func (h *hole) close() {
	_ = h.listener.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, conn := range h.conns {
		_ = conn.Close()
	}
}

// atOnce is how long what a silence must not hold up may take, on a busy machine; what hangs takes for ever.
const atOnce = 15 * time.Second

// wantSoon runs what a silence must not hold up, and returns its error.
func wantSoon(t *testing.T, what string, do func() error) error {
	t.Helper()
	select {
	case err := <-start(do):
		return err
	case <-time.After(atOnce):
		stacks := make([]byte, 1<<20)
		t.Fatalf("%s goes on for ever\n%s", what, stacks[:runtime.Stack(stacks, true)])
		return nil
	}
}

// silences are the ways for a server to stop answering, for those who are connected or for everyone.
var silences = map[string]func(t *testing.T, w *world, h *hole) (restore func()){
	"black hole": func(_ *testing.T, _ *world, h *hole) func() { return h.silence() },
	"stopped":    func(t *testing.T, w *world, _ *hole) func() { return w.stopBackends(t) },
}

// stopBackends stops the server's processes that are connected to the database, except the test's own.
func (w *world) stopBackends(t *testing.T) (restore func()) {
	t.Helper()
	var stopped []int
	for _, text := range w.column(t, `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'silenced'`) {
		var pid int
		must(t, text, second(fmt.Sscan(text, &pid)))
		must(t, pid, syscall.Kill(pid, syscall.SIGSTOP))
		stopped = append(stopped, pid)
	}
	restore = sync.OnceFunc(func() {
		for _, pid := range stopped {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	})
	t.Cleanup(restore)
	return restore
}

// silencedWorld is a world whose store goes through a hole, on a PostgreSQL of the test's own.
func silencedWorld(t *testing.T, conns int) (*world, *hole) {
	t.Helper()
	c := newCluster(t)
	if err := migrations.Up(t.Context(), c.URL("")); err != nil {
		t.Fatal(err)
	}
	h, through := newHole(t, c.URL(""))
	s, err := store.Open(t.Context(), store.Config{URL: through + " application_name=silenced", MaxConns: conns, StatementTimeout: time.Minute})
	must(t, s, err)
	t.Cleanup(func() { _ = s.Close() })
	w := &world{c.URL(""), s, connect(t, c.URL(""))}
	w.users(t, "u")
	w.chats(t, "u", "c")
	return w, h
}

// A server that stops answering, whatever a statement is at, is given up on when the context has ended, and by all who
// wait: no goroutine stays, no one dials more than the pool has connections, and it is well again once the server is.
func TestAServerThatStopsAnswering(t *testing.T) {
	t.Parallel()
	for name, silence := range silences {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const conns = 4
			w, h := silencedWorld(t, conns)
			w.useAll(t, conns)
			calm, dialled := runtime.NumGoroutine(), h.dials.Load()
			restore := silence(t, w, h)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			var crowd sync.WaitGroup
			for range 3 * conns {
				crowd.Go(func() { wantEnded(t, second(w.Role(ctx, "u")), context.DeadlineExceeded) })
				crowd.Go(func() { wantEnded(t, second(w.SetRole(ctx, "u", domain.RoleUser)), context.DeadlineExceeded) })
			}
			_ = wantSoon(t, "a statement", func() error { crowd.Wait(); return nil })
			if dials := h.dials.Load() - dialled; dials > conns+1 {
				t.Errorf("%d dials by a pool of %d and a canceller", dials, conns)
			}
			restore()
			w.recover(t)
			awaitGoroutines(t, calm+8*conns) // Each connection may have one of the test's own at either end of the hole.
		})
	}
}

// awaitGoroutines polls until there are few enough.
func awaitGoroutines(t *testing.T, most int) {
	t.Helper()
	for deadline := time.Now().Add(patience); runtime.NumGoroutine() > most; runtime.Gosched() {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, want %d\n%s", runtime.NumGoroutine(), most, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// Nobody waits for a connection longer than they want to, and a ping is given up on at its own time.
func TestAServerThatTakesTheCallAndSaysNothing(t *testing.T) {
	t.Parallel()
	h, through := newHole(t, storetest.New(t))
	s, err := store.Open(t.Context(), store.Config{URL: through, MaxConns: 2})
	must(t, s, err)
	defer s.Close()
	restore := h.silence()
	defer restore()
	for range 4 { // First over what is connected already, then over new connections.
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		began := time.Now()
		err := wantSoon(t, "a ping", func() error { return s.Ping(ctx) })
		if wantEnded(t, err, context.DeadlineExceeded); time.Since(began) > atOnce/3 {
			t.Errorf("given up on after %v", time.Since(began))
		}
		cancel()
	}
	quick := through + " connect_timeout=1"
	err = wantSoon(t, "opening", func() error { return second(store.Open(context.WithoutCancel(t.Context()), store.Config{URL: quick})) })
	wantCode(t, err, domain.Unavailable)
}

// A transaction and the store itself end, also where nobody says good-bye to them.
func TestASilenceAtTheEnd(t *testing.T) {
	t.Parallel()
	h, through := newHole(t, storetest.New(t))
	s, err := store.Open(t.Context(), store.Config{URL: through})
	must(t, s, err)
	ctx, cancel := context.WithCancel(t.Context())
	committing := must(t, s, err).DB().MustBegin()
	abandoned, err := s.DB().BeginTxx(ctx, nil)
	must(t, abandoned, err)
	stmt, err := s.DB().PreparexContext(t.Context(), `SELECT 1`)
	must(t, stmt, err)
	defer h.silence()()
	cancel()
	_ = wantSoon(t, "the rollback of what is abandoned", abandoned.Rollback)
	_ = wantSoon(t, "a rollback", committing.Rollback)
	_ = wantSoon(t, "closing", s.Close)
}

// A commit without an answer is given up on when its context has ended.
func TestACommitThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	h, through := newHole(t, storetest.New(t))
	s, err := store.Open(t.Context(), store.Config{URL: through})
	must(t, s, err)
	t.Cleanup(func() { _ = s.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	tx, err := s.DB().BeginTxx(ctx, nil)
	must(t, tx, err)
	restore := h.silence()
	defer restore()
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := wantSoon(t, "a commit", tx.Commit); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("it succeeded: %v", err)
	}
}
