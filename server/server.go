// Package server puts the parts together: from settings to a listening server, and down again in order. It is used by the
// command and by tests. It holds no rule, no SQL, and nothing of GraphQL but where it is mounted.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"atelier/cache"
	"atelier/cache/answers"
	"atelier/config"
	"atelier/edge"
	"atelier/embedded"
	"atelier/metrics"
	"atelier/store"
)

// Server is Atelier, put together. It must be closed.
type Server struct {
	config    config.Config
	log       *slog.Logger
	metrics   *metrics.Metrics
	readiness *readiness

	listener net.Listener
	http     *http.Server
	admin    *http.Server                  // Nil without ADMIN_ADDR.
	handler  atomic.Pointer[http.ServeMux] // The probes alone until everything is there.
	served   chan error                    // What ended the serving of HTTP.

	cluster    *embedded.Cluster // Nil on DATABASE_URL.
	store      *store.Store      // Nil until it is there.
	feed       *store.Follower   // Nil where changes are not followed.
	redis      *cache.Door       // Nil without REDIS_URL.
	cache      *cache.Cache      // Nil where nothing is cached.
	background sync.WaitGroup
	lifetime   context.Context //nolint:containedctx // Of what runs in the background; it outlives the context of New.
	stop       context.CancelFunc

	answers         *answers.Cache
	counts          func(cache.Tier, string, cache.Result, int) // Nil without a cache.
	changeListeners []changeListener                            // In the order in which they are told; complete before changes are followed.

	closing sync.Once
	closed  chan struct{}
	failure error // Of closing.
}

// New starts a server and returns once it answers; ctx bounds the start only.
//
// It listens before anything else: a taken port is told before a database is started, and while the database is being
// started, migrated or filled, /healthz and /readyz answer already and everything else is 503.
func New(ctx context.Context, c config.Config, log *slog.Logger) (*Server, error) {
	if err := c.CheckForServer(); err != nil {
		return nil, err
	}
	listener, err := listen(ctx, "ADDR", c.Addr)
	if err != nil {
		return nil, err
	}
	s := serveOn(listener, c, log)
	if err := s.startAdmin(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// serveOn returns a server that answers with its probes, and begins to.
func serveOn(listener net.Listener, c config.Config, log *slog.Logger) *Server {
	log = slog.New(edge.LogRequestIDs(log.Handler()))
	s := &Server{
		config: c, log: log, metrics: metrics.New(), readiness: newReadiness(log),
		listener: listener, served: make(chan error, 1), closed: make(chan struct{}),
	}
	s.lifetime, s.stop = context.WithCancel(context.Background())
	probes := http.NewServeMux()
	s.mountProbes(probes)
	probes.HandleFunc("/", answerStarting)
	s.handler.Store(probes)
	s.http = s.newHTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handler.Load().ServeHTTP(w, r)
	}))
	go func() { s.served <- s.http.Serve(s.listener) }()
	return s
}

// Run lets the server work until ctx ends, or until it cannot go on. Then it drains: /readyz says no at once, requests are
// taken for SHUTDOWN_DELAY more, and those under way may finish within SHUTDOWN_GRACE.
func (s *Server) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return s.drain()
	case err := <-s.served:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-s.clusterDone():
		return fmt.Errorf("atelier's own PostgreSQL has ended; its log is in %s", s.cluster.Dir())
	case <-s.closed:
		return nil
	}
}

func (s *Server) clusterDone() <-chan struct{} {
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Done()
}

func (s *Server) drain() error {
	s.log.Info("stopping", "delay", s.config.ShutdownDelay, "grace", s.config.ShutdownGrace)
	s.readiness.refuse("the server is stopping")
	select {
	case <-time.After(s.config.ShutdownDelay):
	case <-s.closed:
		return nil
	}
	grace, cancel := context.WithTimeout(context.Background(), s.config.ShutdownGrace)
	defer cancel()
	err := s.http.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		_ = s.http.Close()
		return fmt.Errorf("requests were still under way after SHUTDOWN_GRACE (%v), and were cut off", s.config.ShutdownGrace)
	}
	return err
}

// closeLimit is how long atelier's own PostgreSQL may take to stop properly.
const closeLimit = 30 * time.Second

// Close ends everything, in the reverse order of its start: a Run under way, requests, activity that waits to be written,
// connections, PostgreSQL. Closing again returns the same.
func (s *Server) Close() error {
	s.closing.Do(func() { s.failure = s.close() })
	return s.failure
}

func (s *Server) close() error {
	close(s.closed)
	err := s.http.Close()
	if s.admin != nil {
		err = errors.Join(err, s.admin.Close())
	}
	s.stop()
	s.background.Wait()
	err = errors.Join(err, s.closeCache())
	if s.store != nil {
		err = errors.Join(err, s.store.Close())
	}
	if s.cluster != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		err = errors.Join(err, s.cluster.Close(ctx))
	}
	return err
}
