package bench

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"atelier/auth"
	"atelier/bench/ground"
	"atelier/bench/limit"
	"atelier/config"
	"atelier/demo"
	"atelier/domain"
	"atelier/server"
	"atelier/store/storetest"
)

// BenchmarkRequests tells what requests allocate in the server, and in the handler written by hand, from the socket to the
// database and back, so that a regression shows: the client allocates next to nothing.
//
//	go test ./bench -run '^$' -bench Requests
func BenchmarkRequests(b *testing.B) {
	r, s := benchmarkedServer(b)
	hand := httptest.NewServer(s.limit.Handler())
	b.Cleanup(hand.Close)
	for _, c := range r.contests() {
		b.Run(c.name+"/server", func(b *testing.B) { r.benchmark(b, s.URL(), c.server) })
		b.Run(c.name+"/limit", func(b *testing.B) { r.benchmark(b, hand.URL, c.limit) })
	}
}

func (r *run) benchmark(b *testing.B, url string, o operation) {
	g := generator{host: strings.TrimPrefix(url, "http://"), token: r.token}
	client := g.client(1)
	defer client.CloseIdleConnections()
	draw := rand.New(rand.NewPCG(1, 1))
	request, response := g.request(), fasthttp.AcquireResponse()
	b.ReportAllocs()
	for b.Loop() {
		o.fill(request, draw)
		if err := ask(client, request, response, &sample{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(response.Body())), "B/answer")
}

// benchmarked is a server, and the limit beside it.
type benchmarked struct {
	*server.Server
	limit *limit.Limit
}

// benchmarkedServer is a server without its caches, over a demo, and a run that knows whom to ask about.
func benchmarkedServer(b *testing.B) (*run, benchmarked) {
	b.Helper()
	secret := "a secret of the tests, long enough for HS256"
	url := storetest.Template(b, "bench requests", func(url string) error {
		_, err := demo.Seed(context.Background(), url, demo.Options{Size: demo.DefaultSize()})
		return err
	})
	c := config.Default()
	c.Addr, c.DatabaseURL, c.JWTSecret, c.RateLimit, c.LogLevel = "127.0.0.1:0", config.Address(url), config.Secret(secret), "off", "warn"
	s, err := server.New(b.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	admin, user := demo.Accounts()
	token, err := auth.Sign([]byte(secret), domain.UserID(admin.ID), "", time.Hour, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	people := ground.People{Prolific: ground.User{ID: user.ID}, Users: []ground.User{{ID: user.ID}}}
	r := &run{people: people, token: token, report: &Report{}}
	last := ""
	for range 5 {
		page, err := (generator{host: strings.TrimPrefix(s.URL(), "http://"), token: token}).one(operation{
			name: "walk", fill: graphQL(q3Query, map[string]any{"user": userID(user.ID), "after": r.deepCursor}),
		}, 0)
		if err != nil {
			b.Fatal(err)
		}
		last = endCursor.find(page)
		r.deepCursor = &last
	}
	if last == "" {
		b.Fatal(fmt.Errorf("the demo user has no tasks so far down"))
	}
	hand, err := limit.New(b.Context(), limit.Options{Database: url, MaxConns: maxConns, Secret: []byte(secret)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = hand.Close() })
	return r, benchmarked{s, hand}
}
