package server

import (
	"context"
	"encoding/json"
	"net/http"

	"atelier/demo"
	"atelier/domain"
	"atelier/resolvers"
	"atelier/web"
)

// apiRoute is where the API answers. What is known as the duration of requests is that of its answers: pages, pictures and probes
// would hide how it fares.
const apiRoute = "/graphql"

// routes is every path of the server.
func (s *Server) routes(ctx context.Context, authenticated func(http.Handler) http.Handler, r *resolvers.Resolver) *http.ServeMux {
	mux := http.NewServeMux()
	s.mountProbes(mux)
	mux.Handle(apiRoute, s.api(authenticated, r))
	page := web.Playground(web.Options{Endpoint: apiRoute, DemoToken: s.playgroundToken(ctx)})
	mux.Handle("GET /{$}", page)
	mux.Handle("GET /assets/", page)
	if s.config.HasDemo() {
		mux.Handle(demo.DefaultImageBase, http.StripPrefix(demo.DefaultImageBase, demo.Pictures()))
	}
	return mux
}

// mountProbes adds what answers from the first moment on.
func (s *Server) mountProbes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.Handle("GET /readyz", s.readiness)
	mux.Handle("GET /metrics", s.metrics)
}

// isProbe reports whether a route is for machines that ask all the time.
func isProbe(route string) bool {
	return route == "/healthz" || route == "/readyz" || route == "/metrics"
}

func answerStarting(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "1")
	answerError(w, http.StatusServiceUnavailable, domain.NewError(domain.Unavailable, "the server is starting; ask again soon"))
}

// answerError answers as GraphQL would, without having come so far.
func answerError(w http.ResponseWriter, status int, failure *domain.Error) {
	extensions := map[string]any{"code": failure.Code}
	if failure.Code.IsRetryable() {
		extensions["retryable"] = true
	}
	answerErrors(w, status, failure.Message, extensions)
}

func answerErrors(w http.ResponseWriter, status int, message string, extensions map[string]any) {
	answerJSON(w, status, map[string]any{"errors": []any{map[string]any{"message": message, "extensions": extensions}}})
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // It fails when the client has left.
}
