package server

import (
	"context"
	"encoding/json"
	"net/http"

	"atelier/auth"
	"atelier/demo"
	"atelier/domain"
	"atelier/graph/transport"
	"atelier/resolvers"
	"atelier/web"
)

// apiRoute is where the API answers. What is known as the duration of requests is that of its answers: pages, pictures and probes
// would hide how it fares.
const apiRoute = "/graphql"

// routes is every path of the server.
func (s *Server) routes(ctx context.Context, door auth.Door, r *resolvers.Resolver) *http.ServeMux {
	mux := http.NewServeMux()
	s.mountProbes(mux)
	mux.Handle(apiRoute, s.api(door, r))
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

func answerStarting(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "1")
	transport.Refuse(w, r, http.StatusServiceUnavailable, domain.NewError(domain.Unavailable, "the server is starting; ask again soon"), nil)
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // It fails when the client has left.
}
