package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/config"
)

// pipes is a listener whose connections keep nothing: what one side writes waits until the other has read it.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr implements net.Listener.
func (*pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// slowClients is a server behind pipes, and how to reach it.
type slowClients struct {
	pipes *pipes
	quick http.Client
}

// startForSlow starts a server that works on one operation at once, and has none wait.
func startForSlow(t *testing.T, change func(*config.Config)) *slowClients {
	t.Helper()
	c := settings(seeded(t))
	c.MaxOperations, c.HeaderTimeout, c.BodyTimeout, c.WriteTimeout = 1, patience, patience, patience
	change(&c)
	must(t, c.Check())
	p := newPipes()
	s := serveOn(p, c, slog.New(slog.NewTextHandler(t.Output(), nil)))
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.start(t.Context()))
	return &slowClients{p, http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}, Timeout: patience}}
}

// send opens a connection, and writes some of a request to it.
func (c *slowClients) send(t *testing.T, text string) net.Conn {
	t.Helper()
	conn, err := c.pipes.dial(t.Context(), "", "")
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, text)
	must(t, err)
	return conn
}

// areServed asks as one who is quick: the API, and the probes.
func (c *slowClients) areServed(t *testing.T, what string) {
	t.Helper()
	for range 3 {
		response, err := c.quick.Post("http://atelier/graphql", "application/json", strings.NewReader(`{"query":"{ viewer { id } }"}`))
		must(t, err)
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || string(body) != `{"data":{"viewer":null}}` {
			t.Errorf("beside %s: %d %s", what, response.StatusCode, body)
		}
	}
	c.probesAnswer(t, what)
}

func (c *slowClients) probesAnswer(t *testing.T, what string) {
	t.Helper()
	for _, path := range []string{"/healthz", "/metrics"} {
		response, err := c.quick.Get("http://atelier" + path)
		must(t, err)
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("beside %s: %s is %d", what, path, response.StatusCode)
		}
	}
}

const (
	crowd = 40
	// everything asks for far more than net/http keeps of an answer.
	everything = `{"query":"{ __schema { types { name description fields { name description args { name description } } } } }"}`
)

func requestOf(body string, headers ...string) string {
	return "POST /graphql HTTP/1.1\r\nHost: atelier\r\nContent-Type: application/json\r\n" + strings.Join(headers, "") +
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func TestSlowHeadersHoldNobodyUp(t *testing.T) {
	t.Parallel()
	c := startForSlow(t, func(*config.Config) {})
	for range crowd {
		c.send(t, "POST /graphql HTTP/1.1\r\nHost: ate")
	}
	c.areServed(t, "slow headers")
}

func TestSlowBodiesHoldNobodyUp(t *testing.T) {
	t.Parallel()
	c := startForSlow(t, func(*config.Config) {})
	for range crowd {
		c.send(t, strings.TrimSuffix(requestOf(everything), "}"))
	}
	c.areServed(t, "slow bodies")
}

func TestSlowReadersHoldNobodyUp(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"", "Accept-Encoding: gzip\r\n"} {
		c := startForSlow(t, func(*config.Config) {})
		var readers []net.Conn
		for range crowd { // One byte proves that the answer has begun.
			conn := c.send(t, requestOf(everything, header))
			if _, err := io.ReadFull(conn, make([]byte, len("HTTP/1.1 200"))); err != nil {
				t.Fatal(err)
			}
			readers = append(readers, conn)
		}
		c.areServed(t, "slow readers "+header)
		rest, err := io.ReadAll(http.MaxBytesReader(nil, readers[0], 5000))
		if err == nil || len(rest) < 5000 {
			t.Errorf("an answer of %d bytes is not one to be slow about: %v", len(rest), err)
		}
	}
}

// TestSlowClientsAreCutOff in each phase, when its time is over.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	const short = 50 * time.Millisecond
	for name, one := range map[string]struct {
		change func(*config.Config)
		sent   string
		answer string // "" for none.
	}{
		"headers": {func(c *config.Config) { c.HeaderTimeout = short }, "POST /graphql HTTP/1.1\r\nHost: ate", ""},
		"a body": {
			func(c *config.Config) { c.BodyTimeout = short }, strings.TrimSuffix(requestOf(everything), "}"), "HTTP/1.1 408 Request Timeout",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startForSlow(t, one.change)
			answer, err := io.ReadAll(c.send(t, one.sent))
			if err != nil || !strings.HasPrefix(string(answer), one.answer) || one.answer == "" != (len(answer) == 0) {
				t.Errorf("%s %v", answer, err)
			}
			if one.answer != "" && !strings.Contains(string(answer), `"code":"REQUEST_TIMEOUT","retryable":true`) {
				t.Errorf("%s", answer)
			}
		})
	}
	t.Run("an answer", func(t *testing.T) {
		t.Parallel()
		c := startForSlow(t, func(c *config.Config) { c.WriteTimeout = short })
		conn := c.send(t, requestOf(everything, "Connection: close\r\n"))
		for range 4 { // It reads, but too slowly.
			_, _ = io.ReadFull(conn, make([]byte, 100))
			<-time.After(short)
		}
		if rest, _ := io.ReadAll(conn); strings.HasSuffix(string(rest), "}}") {
			t.Error("the whole answer has come")
		}
	})
}

// refusals returns the median and the most of how long n requests take that have no place: the goal is 50 ms. Others may load the
// machine, so that nothing is asserted. They are few, since those who wait for a place do so for two seconds.
func (c *slowClients) refusals(t *testing.T, token string, n int) []any {
	t.Helper()
	took := make([]time.Duration, n)
	for i := range took {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://atelier/graphql", strings.NewReader(`{"query":"{ viewer { id } }"}`))
		must(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		start := time.Now()
		response, err := c.quick.Do(r)
		must(t, err)
		_, err = io.Copy(io.Discard, response.Body)
		took[i] = time.Since(start)
		must(t, errors.Join(err, response.Body.Close()))
		if response.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%d", response.StatusCode)
		}
	}
	slices.Sort(took)
	return []any{took[n/2], took[n-1]}
}

// TestOverload: what has no place and no place to wait at is refused at once, and the probes answer.
func TestOverload(t *testing.T) {
	t.Parallel()
	var token string
	var db *sql.DB
	c := startForSlow(t, func(c *config.Config) {
		var err error
		db, err = sql.Open("postgres", string(c.DatabaseURL))
		must(t, err)
		token, c.StatementTimeout = tokenOf(t, *c, "demo-user"), patience
	})
	t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = tx.ExecContext(t.Context(), `LOCK TABLE users IN ACCESS EXCLUSIVE MODE`)
	must(t, err)
	refused := make(chan *http.Response, 10)
	var all sync.WaitGroup
	for range cap(refused) {
		all.Go(func() {
			r, err := http.NewRequest(http.MethodPost, "http://atelier/graphql", strings.NewReader(`{"query":"{ viewer { id } }"}`))
			must(t, err)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+token)
			response, err := c.quick.Do(r)
			must(t, err)
			refused <- response
		})
	}
	for range cap(refused) - 3 { // One is at work, two wait.
		response := <-refused
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "1" ||
			!strings.Contains(string(body), `"code":"OVERLOADED","retryable":true`) {
			t.Errorf("%d %v %s", response.StatusCode, response.Header, body)
		}
	}
	t.Logf("of 50 more, one after the other, half are refused within %v, and all within %v", c.refusals(t, token, 50)...)
	c.probesAnswer(t, "overload")
	must(t, tx.Rollback())
	all.Wait()
	c.areServed(t, "what is over")
}
