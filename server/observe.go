package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"atelier/domain"
	"atelier/graph/transport"
)

// statusLeft stands for the answer to a client that has left before it began, as others count it, too. Nobody sees it.
const statusLeft = 499

// observed counts, times and logs every answer: its method, route, status and duration, and nothing of its content.
func (s *Server) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, a := time.Now(), &answer{ResponseWriter: w}
		defer func() { s.note(r, a.code(), time.Since(start)) }()
		next.ServeHTTP(a, r)
		if a.status == 0 && errors.Is(r.Context().Err(), context.Canceled) {
			a.WriteHeader(statusLeft)
		}
	})
}

func (s *Server) note(r *http.Request, status int, took time.Duration) {
	route := routeOf(r)
	s.metrics.CountRequest(r.Method, route, status)
	level := slog.LevelInfo
	switch {
	case isProbe(route):
		level = slog.LevelDebug
	case status >= http.StatusInternalServerError:
		level = slog.LevelWarn
	}
	if route == apiRoute {
		s.metrics.TimeRequest(took)
	}
	s.log.LogAttrs(r.Context(), level, "request", slog.String("method", r.Method), slog.String("route", route),
		slog.Int("status", status), slog.Duration("took", took))
}

// routeOf is the route that answered: a pattern of ours, never the path that the client asked for.
func routeOf(r *http.Request) string {
	_, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		path = r.Pattern
	}
	if path == "" {
		return "other"
	}
	return strings.TrimSuffix(path, "{$}")
}

// ofTheBody are the headers that tell of a body which does not come; those of every answer stay.
var ofTheBody = []string{"Content-Length", "Content-Encoding", "Content-Range", "Content-Disposition", "Etag", "Last-Modified", "Cache-Control", "Retry-After"}

// recovered turns a panic into a 500 and a line in the log. Where the answer has begun, the connection is cut instead, so
// that the client does not take a part for the whole.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			id := rand.Text()[:12]
			s.metrics.CountPanic()
			s.log.ErrorContext(r.Context(), "a handler panicked", "error_id", id, "route", routeOf(r), "cause", cause, "stack", string(debug.Stack()))
			if a, ok := w.(*answer); ok && a.status != 0 {
				panic(http.ErrAbortHandler)
			}
			for _, name := range ofTheBody {
				w.Header().Del(name)
			}
			failure := domain.NewError(domain.Internal, "something went wrong on our side; quote error "+id)
			transport.Refuse(w, r, http.StatusInternalServerError, failure, map[string]any{"errorId": id})
		}()
		next.ServeHTTP(w, r)
	})
}

// answer remembers the status of an answer.
type answer struct {
	http.ResponseWriter

	status int // 0 until it is written.
}

// WriteHeader remembers the status; informational ones are not the last.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write is 200 unless another status was written.
func (a *answer) Write(body []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(body)
}

// Flush sends what was written so far, for answers that come in parts.
func (a *answer) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// code is the status that the client saw: net/http writes 200 for a handler that wrote nothing.
func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}
