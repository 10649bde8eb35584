package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/pprof"
)

// startAdmin serves the profiles of the process on ADMIN_ADDR, if that is set, on a listener of its own: they tell how the server works,
// and taking one costs.
//
// SECURITY: whoever reaches the address may take them. Nothing else is there.
func (s *Server) startAdmin(ctx context.Context) error {
	if s.config.AdminAddr == "" {
		return nil
	}
	listener, err := listen(ctx, "ADMIN_ADDR", s.config.AdminAddr)
	if err != nil {
		return err
	}
	s.admin = &http.Server{
		Addr: listener.Addr().String(), Handler: profiles(), ReadHeaderTimeout: s.config.HeaderTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	s.log.Info("profiles are served", "addr", s.admin.Addr)
	s.background.Go(func() { _ = s.admin.Serve(listener) }) // Until it is closed.
	return nil
}

// profiles are those of net/http/pprof, below /debug/pprof/.
func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
