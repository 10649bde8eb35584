package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

const (
	// idleTimeout is how long a connection may stay without a request.
	idleTimeout = 2 * time.Minute
	// maxHeader is in bytes. A token takes some hundreds.
	maxHeader = 64 << 10
)

// listen listens on the address that a setting holds.
func listen(ctx context.Context, setting, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s: another program listens on %s; stop it, or set %[1]s to another port (0 takes one that is free)", setting, addr)
	case err != nil:
		return nil, fmt.Errorf("%s: cannot listen on %s: %w", setting, addr, err)
	}
	return listener, nil
}

// newHTTPServer bounds every phase of a request. The API sets times of its own: for a body when its headers are there, for an
// answer when it begins (edge.Reception, edge.Delivery).
func (s *Server) newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           s.edged(handler),
		ReadHeaderTimeout: s.config.HeaderTimeout,
		ReadTimeout:       s.config.HeaderTimeout + s.config.BodyTimeout,
		WriteTimeout:      s.config.WriteTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
}

// URL is where the server is reached, without a slash at its end: PUBLIC_URL, or else the address it listens on.
func (s *Server) URL() string {
	if s.config.PublicURL != "" {
		return strings.TrimRight(s.config.PublicURL, "/")
	}
	addr := s.listener.Addr().String()
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip.IsUnspecified() {
		addr = net.JoinHostPort("localhost", port)
	}
	return "http://" + addr
}
