package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"atelier/migrations"
)

const (
	// readyAge is how long an answer of the database serves: whoever asks /readyz all the time does not load it.
	readyAge = time.Second
	// readyTimeout is how long the database may take to answer before it counts as not answering.
	readyTimeout = 2 * time.Second
)

// readiness says whether the server should be sent requests, and answers /readyz with it.
type readiness struct {
	log     *slog.Logger
	cache   func() string
	refusal atomic.Pointer[string] // Why not, whatever the database says; nil if that decides.

	mu     sync.Mutex // Held while the database is asked.
	ask    func(context.Context) (reason string, cause error)
	asked  time.Time
	reason string // What ask said last; empty for ready.
}

func newReadiness(log *slog.Logger) *readiness {
	r := &readiness{log: log, cache: func() string { return "" }}
	r.refuse("the server is starting")
	return r
}

// refuse makes the server not ready from now on.
func (r *readiness) refuse(reason string) { r.refusal.Store(&reason) }

// endConnections has connections end with their answers while the server is not to be sent requests. Closing them where they
// are idle would meet requests that are on their way, which nobody may send again.
func (r *readiness) endConnections(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if r.refusal.Load() != nil {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, request)
	})
}

// askFrom leaves the answer to ask from now on.
func (r *readiness) askFrom(ask func(context.Context) (string, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ask = ask
	r.refusal.Store(nil)
}

// reasonNow returns why the server is not ready, or nothing. Those who ask at once share one question to the database.
func (r *readiness) reasonNow(ctx context.Context) string {
	if refusal := r.refusal.Load(); refusal != nil {
		return *refusal
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) < readyAge {
		return r.reason
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
	defer cancel()
	reason, cause := r.askWithin(ctx)
	if reason != r.reason {
		r.logChange(reason, cause)
	}
	r.asked, r.reason = time.Now(), reason
	return reason
}

func (r *readiness) logChange(reason string, cause error) {
	log := r.log
	if cause != nil {
		log = log.With("cause", cause)
	}
	log.Warn("readiness changed", "was", orReady(r.reason), "is", orReady(reason))
}

const silent = "the database does not answer"

// askWithin asks the database, and takes it for silent when ctx ends, however long those take who wait for it.
func (r *readiness) askWithin(ctx context.Context) (reason string, cause error) {
	answered := make(chan func() (string, error), 1)
	ask := r.ask
	go func() {
		reason, cause := ask(ctx)
		answered <- func() (string, error) { return reason, cause }
	}()
	select {
	case answer := <-answered:
		return answer()
	case <-ctx.Done():
		return silent, context.Cause(ctx)
	}
}

func orReady(reason string) string {
	if reason == "" {
		return "ready"
	}
	return reason
}

// ServeHTTP answers 200 with {"ready":true,"cache":"…"}, or 503 with {"ready":false,"reason":"…"}. A server is as ready without its cache.
func (r *readiness) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	type answer struct {
		Ready  bool   `json:"ready"`
		Reason string `json:"reason,omitempty"`
		Cache  string `json:"cache,omitempty"` // How it fares: see cache.Cache.State.
	}
	w.Header().Set("Cache-Control", "no-store")
	if reason := r.reasonNow(request.Context()); reason != "" {
		answerJSON(w, http.StatusServiceUnavailable, answer{Reason: reason})
		return
	}
	answerJSON(w, http.StatusOK, answer{Ready: true, Cache: r.cache()})
}

// NotReady returns why the server is not ready for requests, or nothing.
func (s *Server) NotReady(ctx context.Context) string { return s.readiness.reasonNow(ctx) }

// databaseIsReady returns why the database is not ready, or nothing, and what the log should know about it.
func (s *Server) databaseIsReady(ctx context.Context) (reason string, cause error) {
	if err := s.store.Ping(ctx); err != nil {
		return silent, err
	}
	pending, err := migrations.Pending(ctx, s.store.DB().DB)
	switch {
	case err != nil:
		return "the database does not tell which migrations it has", err
	case pending > 0:
		return fmt.Sprintf("migrations are pending (%d); run: atelier migrate up", pending), nil
	}
	return "", nil
}
