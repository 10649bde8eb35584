package bench

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

func TestQuantiles(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i+1) * time.Millisecond
	}
	for _, c := range []struct {
		of   []time.Duration
		q    float64
		want float64
	}{{hundred, 0.5, 50}, {hundred, 0.99, 99}, {hundred, 1, 100}, {hundred[:1], 0.99, 1}, {hundred[:3], 0.5, 2}} {
		if got := quantile(c.of, c.q); got != c.want {
			t.Errorf("%v of %d: %v, want %v", c.q, len(c.of), got, c.want)
		}
	}
	if !math.IsNaN(quantile(nil, 0.5)) {
		t.Error("nothing has a median")
	}
}

func TestMediansOfRounds(t *testing.T) {
	t.Parallel()
	rounds := []window{
		{sample: sample{latencies: make([]time.Duration, 300), took: time.Second}, serverCPU: 300 * time.Microsecond},
		{sample: sample{latencies: make([]time.Duration, 100), took: time.Second}, serverCPU: 500 * time.Microsecond},
		{sample: sample{latencies: make([]time.Duration, 200), took: time.Second}, serverCPU: 400 * time.Microsecond},
	}
	cpu := func(w window) time.Duration { return w.serverCPU }
	if got := median(rounds, window.perSecond); got != 200 {
		t.Errorf("median of three: %v", got)
	}
	if got := median(rounds[:2], window.perSecond); got != 200 {
		t.Errorf("median of two: %v", got)
	}
	if got := each(rounds, cpu); got != 2 {
		t.Errorf("%v µs for a request, want 1200 µs by 600 requests", got)
	}
	rounds[1].serverCPU = unseen
	if got := each(rounds, cpu); !math.IsNaN(got) {
		t.Errorf("%v µs, and one round was not seen", got)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		Comparison
		want Verdict
	}{
		"both":            {Comparison{Before: alone(800), After: alone(190), Promise: promisedUsers}, Reached},
		"not by enough":   {Comparison{Before: alone(300), After: alone(190), Promise: promisedUsers}, Missed},
		"not low enough":  {Comparison{Before: alone(2000), After: alone(300), Promise: promisedUsers}, Missed},
		"a share alone":   {Comparison{Before: alone(10), After: alone(6.9), Promise: promisedMemory}, Reached},
		"too small a one": {Comparison{Before: alone(10), After: alone(7.1), Promise: promisedMemory}, Missed},
		"more":            {Comparison{Before: alone(50), After: alone(201), MoreIsBetter: true, Promise: promisedRate}, Reached},
		"not enough more": {Comparison{Before: alone(60), After: alone(201), MoreIsBetter: true, Promise: promisedRate}, Missed},
		"no promise":      {Comparison{Before: alone(1), After: alone(2)}, Open},
		"not measured":    {Comparison{Before: nothing, After: nothing, Promise: promisedLoad, Missing: "why"}, Open},
	} {
		if got := c.Verdict(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRequestsAreFilled(t *testing.T) {
	t.Parallel()
	fill := graphQL(`query ($id: ID!, $n: Int) { … "quoted" }`, map[string]any{
		"id": drawn(func(draw *rand.Rand) string { return []string{"first", "second"}[draw.IntN(2)] }), "n": 7, "none": (*string)(nil),
	})
	r := fasthttp.AcquireRequest()
	seen := map[string]bool{}
	draw := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		fill(r, draw)
		seen[string(r.Body())] = true
	}
	const head = `{"query":"query ($id: ID!, $n: Int) { … \"quoted\" }","variables":{"id":"`
	if len(seen) != 2 || !seen[head+`first","n":7,"none":null}}`] || !seen[head+`second","n":7,"none":null}}`] {
		t.Errorf("bodies: %v", seen)
	}
}

func TestMixedByShares(t *testing.T) {
	t.Parallel()
	counts := make([]int, len(shares))
	fills := make([]func(*fasthttp.Request, *rand.Rand), len(shares))
	for i := range fills {
		fills[i] = func(*fasthttp.Request, *rand.Rand) { counts[i]++ }
	}
	draw, o := rand.New(rand.NewPCG(1, 1)), mixed(fills)
	for range 10_000 {
		o.fill(nil, draw)
	}
	for i, share := range shares {
		if got := float64(counts[i]) / 1000; math.Abs(got-float64(share)) > 0.3 {
			t.Errorf("operation %d: %.1f tenths, want %d", i, got, share)
		}
	}
}

func TestHitRate(t *testing.T) {
	t.Parallel()
	w := window{before: figures{`cache_requests_total{tier="local",entry="a",result="hit"}`: 100}, after: figures{
		`cache_requests_total{tier="local",entry="a",result="hit"}`:     180,
		`cache_requests_total{tier="redis",entry="b",result="hit"}`:     5,
		`cache_requests_total{tier="local",entry="a",result="miss"}`:    20,
		`cache_requests_total{tier="database",entry="a",result="hit"}`:  14,
		`cache_requests_total{tier="database",entry="b",result="miss"}`: 1,
		`cache_requests_total_of_another{tier="local",result="hit"}`:    1000,
	}}
	if got := w.hitRate(); got != 0.85 {
		t.Errorf("got %v, want 85 hits by 85 and 15 that were loaded", got)
	}
}
