package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// operation is something to ask a server for.
type operation struct {
	name string
	// fill makes a request, which has its address and token already. Equal draws make equal requests.
	fill func(r *fasthttp.Request, draw *rand.Rand)
	// load makes several requests of one page load, each after those of the stage before; fill is nil then.
	load func(draw *rand.Rand) [][]func(r *fasthttp.Request)
}

// sample is what came of a while of load.
type sample struct {
	latencies []time.Duration // Sorted.
	took      time.Duration
	bytes     int64
}

func (s sample) requests() int { return len(s.latencies) }

func (s sample) perSecond() float64 { return float64(s.requests()) / s.took.Seconds() }

// patience is how long an answer may take. The old backend is slow.
const patience = 2 * time.Minute

// generator sends requests in a closed loop: each of its connections asks again as soon as it has its answer. It is
// fasthttp's client, which costs a third of what net/http's does: on two cores the generator takes from the server what it
// needs, and the more it needs the more alike all servers look.
type generator struct {
	host  string // host:port
	token string
}

// run asks for operations at so many connections for so long. Equal seeds draw equal requests.
func (g generator) run(ctx context.Context, o operation, connections int, duration time.Duration, seed int) (sample, error) {
	client := g.client(connections)
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now()
	until := start.Add(duration)
	samples := make([]sample, connections)
	var workers sync.WaitGroup
	for i := range connections {
		workers.Go(func() {
			if err := g.worker(ctx, client, o, rand.NewPCG(uint64(seed), uint64(i)), until, &samples[i]); err != nil {
				cancel(err)
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return sample{}, fmt.Errorf("%s: %w", o.name, context.Cause(ctx))
	}
	return joined(samples, time.Since(start)), nil
}

func (g generator) client(connections int) *fasthttp.HostClient {
	return &fasthttp.HostClient{
		Addr: g.host, MaxConns: connections * browserConnections, MaxIdemponentCallAttempts: 1,
		ReadTimeout: patience, WriteTimeout: patience, NoDefaultUserAgentHeader: true,
	}
}

func (g generator) worker(ctx context.Context, client *fasthttp.HostClient, o operation, seed rand.Source, until time.Time, s *sample) error {
	draw := rand.New(seed) //nolint:gosec // Repeatable on purpose.
	request, response := g.request(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	for ctx.Err() == nil && (s.requests() == 0 || time.Now().Before(until)) {
		start := time.Now()
		var err error
		if o.load != nil {
			err = g.loadPage(client, o.load(draw), s)
		} else {
			o.fill(request, draw)
			err = ask(client, request, response, s)
		}
		if err != nil {
			return err
		}
		s.latencies = append(s.latencies, time.Since(start))
	}
	return nil
}

func (g generator) request() *fasthttp.Request {
	r := fasthttp.AcquireRequest()
	r.Header.SetHost(g.host)
	r.Header.Set("Authorization", "Bearer "+g.token)
	return r
}

// ask sends a request and checks its answer, as far as a client would see at once that it is none.
func ask(client *fasthttp.HostClient, request *fasthttp.Request, response *fasthttp.Response, s *sample) error {
	if err := client.Do(request, response); err != nil {
		return err
	}
	body := response.Body()
	s.bytes += int64(len(body))
	if response.StatusCode() != fasthttp.StatusOK || bytes.HasPrefix(body, []byte(`{"errors"`)) {
		return fmt.Errorf("%s answers %d: %.300s", request.URI().Path(), response.StatusCode(), body)
	}
	return nil
}

// browserConnections is how many connections browsers open to a host at most.
const browserConnections = 6

// loadPage makes the requests of a page load, those of a stage side by side.
func (g generator) loadPage(client *fasthttp.HostClient, stages [][]func(*fasthttp.Request), s *sample) error {
	for _, stage := range stages {
		parts := make([]sample, len(stage))
		failures := make([]error, len(stage))
		places := make(chan struct{}, browserConnections)
		var requests sync.WaitGroup
		for i, fill := range stage {
			requests.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				request, response := g.request(), fasthttp.AcquireResponse()
				defer fasthttp.ReleaseRequest(request)
				defer fasthttp.ReleaseResponse(response)
				fill(request)
				failures[i] = ask(client, request, response, &parts[i])
			})
		}
		requests.Wait()
		if err := errors.Join(failures...); err != nil {
			return err
		}
		for _, p := range parts {
			s.bytes += p.bytes
		}
	}
	return nil
}

func joined(samples []sample, took time.Duration) sample {
	all := sample{took: took}
	for _, s := range samples {
		all.latencies = append(all.latencies, s.latencies...)
		all.bytes += s.bytes
	}
	slices.Sort(all.latencies)
	return all
}

// one asks once, the draw being that of a seed, and returns the body of the answer.
func (g generator) one(o operation, seed uint64) (body []byte, err error) {
	client := g.client(1)
	defer client.CloseIdleConnections()
	request, response := g.request(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	o.fill(request, rand.New(rand.NewPCG(seed, 1))) //nolint:gosec // Repeatable on purpose.
	if err := ask(client, request, response, &sample{}); err != nil {
		return nil, fmt.Errorf("%s: %w", o.name, err)
	}
	return bytes.Clone(response.Body()), nil
}
