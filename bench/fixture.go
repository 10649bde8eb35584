package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"atelier/bench/before"
	"atelier/bench/limit"
)

// The fixtures that this program is started as to be measured.
const (
	FixtureBefore = "before"
	FixtureLimit  = "limit"
	FixtureStatic = "static"
)

// Fixture says which fixture to be, and with what.
type Fixture struct {
	Name                        string
	Database, Secret            string
	MaxConns                    int
	RemembersRoles, JoinsCredit bool     // For the limit; see there.
	Files                       []string // For static: what to answer with at /0, /1 …
}

// Run is the fixture until ctx ends. It prints its address.
func (f Fixture) Run(ctx context.Context, stdout io.Writer) error {
	handler, closing, err := f.handler(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = closing() }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
	stopped := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(grace)
	})
	defer stopped()
	if _, err := fmt.Fprintf(stdout, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (f Fixture) handler(ctx context.Context) (http.Handler, func() error, error) {
	switch f.Name {
	case FixtureBefore:
		b, err := before.New(ctx, before.Options{Database: f.Database, MaxConns: f.MaxConns, Secret: []byte(f.Secret)})
		if err != nil {
			return nil, nil, err
		}
		return b.Handler(), b.Close, nil
	case FixtureLimit:
		l, err := limit.New(ctx, limit.Options{
			Database: f.Database, MaxConns: f.MaxConns, Secret: []byte(f.Secret),
			RemembersRoles: f.RemembersRoles, JoinsCredit: f.JoinsCredit,
		})
		if err != nil {
			return nil, nil, err
		}
		return l.Handler(), l.Close, nil
	case FixtureStatic:
		handler, err := static(f.Files)
		return handler, func() error { return nil }, err
	}
	return nil, nil, fmt.Errorf("there is no fixture %q", f.Name)
}

// static answers /0, /1 … with the contents of files, from memory.
func static(files []string) (http.Handler, error) {
	mux := http.NewServeMux()
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		length := []string{strconv.Itoa(len(text))}
		mux.HandleFunc("GET /"+strconv.Itoa(i), func(w http.ResponseWriter, _ *http.Request) {
			header := w.Header()
			header["Content-Type"] = []string{"application/json; charset=utf-8"}
			header["Content-Length"] = length
			_, _ = w.Write(text) // It fails when the client has left.
		})
	}
	mux.HandleFunc("GET /metrics", func(http.ResponseWriter, *http.Request) {})
	return mux, nil
}
