package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// balancer is a small load balancer: it sends each request to the next replica that said it was ready, and tries none again.
type balancer struct {
	mu       sync.Mutex
	replicas map[string]http.Handler // By URL; those that are ready.
	turn     int
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	replica := b.next()
	if replica == nil {
		http.Error(w, "no replica is ready", http.StatusBadGateway)
		return
	}
	replica.ServeHTTP(w, r)
}

func (b *balancer) next() http.Handler {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	skip := 0
	if len(b.replicas) > 0 {
		skip = b.turn % len(b.replicas)
	}
	for _, replica := range b.replicas {
		if skip == 0 {
			return replica
		}
		skip--
	}
	return nil
}

func (b *balancer) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.replicas)
}

// probe asks a replica whether it is ready, as balancers do again and again, and takes it in or out.
func (b *balancer) probe(t *testing.T, address string) {
	t.Helper()
	response, err := http.Get(address + "/readyz")
	isReady := err == nil && response.StatusCode == http.StatusOK
	if err == nil {
		_ = response.Body.Close()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.replicas[address]; isReady && !known {
		target, err := url.Parse(address)
		must(t, err)
		b.replicas[address] = httputil.NewSingleHostReverseProxy(target)
	} else if !isReady {
		delete(b.replicas, address)
	}
}

// replica is a server behind the balancer, probed until it has ended.
type replica struct {
	server *Server
	stop   func()
	ended  <-chan error
	probed chan struct{} // Closed when nobody probes it any more.
}

func (b *balancer) start(t *testing.T, database string) *replica {
	t.Helper()
	c := settings(database)
	c.ShutdownDelay, c.ShutdownGrace = 500*time.Millisecond, patience
	s := start(t, c)
	r := &replica{server: s, probed: make(chan struct{})}
	r.stop, r.ended = run(t, s)
	go func() {
		defer close(r.probed)
		poll := time.NewTicker(20 * time.Millisecond)
		defer poll.Stop()
		for {
			b.probe(t, s.URL())
			select {
			case <-poll.C:
			case <-s.closed:
				b.probe(t, s.URL())
				return
			}
		}
	}()
	return r
}

func (r *replica) restart(t *testing.T) {
	t.Helper()
	r.stop()
	must(t, <-r.ended)
	must(t, r.server.Close())
	<-r.probed
}

// TestARollingRestartFailsNoRequest replaces two replicas one by one, twice, while clients ask all the time.
func TestARollingRestartFailsNoRequest(t *testing.T) {
	t.Parallel()
	database := seeded(t)
	b := &balancer{replicas: map[string]http.Handler{}}
	front := httptest.NewServer(b)
	defer front.Close()
	replicas := []*replica{b.start(t, database), b.start(t, database)}
	eventually(t, "both replicas are in", func() bool { return b.size() == 2 })

	load := startLoad(t, front.URL, tokenOf(t, settings(database), "demo-admin"))
	for range 2 {
		for i, old := range replicas {
			replicas[i] = b.start(t, database)
			eventually(t, "the new replica is in", func() bool { return b.size() == 3 })
			old.restart(t)
		}
	}
	sent, failed := load.end()
	t.Logf("%d requests, %d failed", sent, failed)
	if failed > 0 || sent == 0 {
		t.Errorf("%d of %d requests failed; the first: %v", failed, sent, load.first.Load())
	}
}

// load is clients that ask until they are told to end.
type load struct {
	stop         chan struct{}
	clients      sync.WaitGroup
	sent, failed atomic.Int64
	first        atomic.Value // What failed first.
}

func startLoad(t *testing.T, address, token string) *load {
	t.Helper()
	l := &load{stop: make(chan struct{})}
	for range 8 {
		l.clients.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
					l.ask(address, token)
				}
			}
		})
	}
	return l
}

func (l *load) ask(address, token string) {
	l.sent.Add(1)
	if err := askUsers(address, token); err != nil {
		l.failed.Add(1)
		l.first.CompareAndSwap(nil, err.Error())
	}
}

func (l *load) end() (sent, failed int64) {
	close(l.stop)
	l.clients.Wait()
	return l.sent.Load(), l.failed.Load()
}

func askUsers(address, token string) error {
	body := []byte(`{"query":"{ users(first: 3) { nodes { name credit tasks(first: 2) { nodes { id } } } } }"}`)
	request, err := http.NewRequest(http.MethodPost, address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`)) {
		return fmt.Errorf("%d %.200s %w", response.StatusCode, text, err)
	}
	return nil
}
