package bench

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/valyala/fasthttp"

	"atelier/bench/before"
	"atelier/bench/ground"
	"atelier/bench/limit"
	"atelier/config"
	"atelier/demo"
	"atelier/server"
	"atelier/store/storetest"
)

// sides are a run, and what it measures, all in this process: on the same database, which has all its indexes.
type sides struct {
	*run
	server, limit, before *subject
}

func newSides(t testing.TB) *sides {
	t.Helper()
	url := storetest.Template(t, "bench requests", func(url string) error {
		_, err := demo.Seed(context.Background(), url, demo.Options{Size: demo.DefaultSize()})
		return err
	})
	s := &sides{run: &run{
		ground: &ground.Ground{After: url, Secret: []byte("a secret of the tests, long enough for HS256")}, report: &Report{},
	}}
	admin, _ := demo.Accounts()
	var err error
	s.token, err = s.tokenOf(admin.ID)
	must(t, err)
	s.people, err = s.ground.People(t.Context())
	must(t, err)
	s.server = s.subjectAt(s.realServer(t, url).URL())

	byHand, err := limit.New(t.Context(), limit.Options{Database: url, MaxConns: maxConns, Secret: s.ground.Secret, JoinsCredit: true})
	must(t, err)
	limitServer := httptest.NewServer(byHand.Handler())
	s.limit = s.subjectAt(limitServer.URL)
	old, err := before.New(t.Context(), before.Options{Database: url, MaxConns: maxConns, Secret: s.ground.Secret})
	must(t, err)
	oldServer := httptest.NewServer(old.Handler())
	s.before = s.subjectAt(oldServer.URL)
	t.Cleanup(func() {
		limitServer.Close()
		oldServer.Close()
		_, _ = byHand.Close(), old.Close()
	})
	must(t, s.findDeepCursor(t.Context(), s.server))
	return s
}

// realServer is a server without its caches.
func (s *sides) realServer(t testing.TB, url string) *server.Server {
	t.Helper()
	s.after = url
	var environment []string
	for name, value := range s.serverSettings(cacheOff()) {
		environment = append(environment, name+"="+value)
	}
	var c config.Config
	parser, err := kong.New(&c, config.Options(environment)...)
	must(t, err)
	_, err = parser.Parse(nil)
	must(t, err)
	real, err := server.New(t.Context(), c, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { _ = real.Close() })
	return real
}

func (s *sides) subjectAt(url string) *subject {
	host := strings.TrimPrefix(url, "http://")
	return &subject{process: &process{name: host, host: host}, generator: generator{host: host, token: s.token}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestSidesAnswerTheSame compares the server with the limit byte for byte, and with the old backend row by row.
func TestSidesAnswerTheSame(t *testing.T) {
	t.Parallel()
	s := newSides(t)
	must(t, s.sameBytes(newSide(s.server, serverOperation), newSide(s.limit, limitOperation)))
	rows, err := s.rows(t.Context(), s.server)
	must(t, err)
	for _, row := range rows {
		must(t, agree(s.before, s.server, row.pair))
	}
	if s.deepCursor == nil {
		t.Error("Q3 is not deep")
	}
	wrong := rows[1].pair
	wrong.before = operation{name: "another page", fill: rest(fixed("/users?page=2&page_size=50"))}
	if err := agree(s.before, s.server, wrong); err == nil {
		t.Error("another page of users was taken for the same")
	}
}

// TestEveryOperationIsAnswered asks for all that the parts of the benchmark ask for, also where this version cannot be
// measured by it.
func TestEveryOperationIsAnswered(t *testing.T) {
	t.Parallel()
	s := newSides(t)
	popular, err := s.popular()
	must(t, err)
	for name, c := range map[string]struct {
		at *subject
		operation
		times int
	}{
		"by popularity": {s.server, popular, 300}, "never again": {s.server, s.neverAgain(), 30},
		"whole list":   {s.server, operation{fill: graphQL(wholeListQuery, nil)}, 1},
		"whole nested": {s.server, operation{fill: graphQL(wholeNestedQuery, nil)}, 1},
		"page load":    {s.server, s.pageLoad().after, 1}, "old page load": {s.before, s.pageLoad().before, 2},
		"mix": {s.server, s.mix().after, 30}, "old mix": {s.before, s.mix().before, 30},
	} {
		client := c.at.client(1)
		var got sample
		draw := rand.New(rand.NewPCG(1, 1))
		request, response := c.at.request(), fasthttp.AcquireResponse()
		for range c.times {
			if c.load != nil {
				must(t, c.at.loadPage(client, c.load(draw), &got))
				continue
			}
			c.fill(request, draw)
			if err := ask(client, request, response, &got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if body := response.Body(); strings.Contains(string(body), `"code":`) {
				t.Fatalf("%s: %s", name, body)
			}
		}
		client.CloseIdleConnections()
		if got.bytes == 0 {
			t.Errorf("%s: empty answers", name)
		}
	}
	if c, err := s.repeats(s.server); err != nil || c.Missing == "" && c.Before.Median <= c.After.Median {
		t.Errorf("repeats: %+v, %v", c, err)
	}
}

// BenchmarkRequests tells what requests allocate in the server, and in the handler written by hand, from the socket to the
// database and back, so that a regression shows: the client allocates next to nothing.
//
//	go test ./bench -run '^$' -bench Requests
func BenchmarkRequests(b *testing.B) {
	s := newSides(b)
	for _, c := range s.contests() {
		b.Run(c.name+"/server", func(b *testing.B) { s.server.benchmark(b, c.server) })
		b.Run(c.name+"/limit", func(b *testing.B) { s.limit.benchmark(b, c.limit) })
	}
}

func (s *subject) benchmark(b *testing.B, o operation) {
	b.Helper()
	client := s.client(1)
	defer client.CloseIdleConnections()
	draw := rand.New(rand.NewPCG(1, 1))
	request, response := s.request(), fasthttp.AcquireResponse()
	b.ReportAllocs()
	for b.Loop() {
		o.fill(request, draw)
		must(b, ask(client, request, response, &sample{}))
	}
	b.ReportMetric(float64(len(response.Body())), "B/answer")
}
