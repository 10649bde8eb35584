package metrics

import (
	"math"
	"testing"
	"time"
)

func TestCacheMetrics(t *testing.T) {
	t.Parallel()
	m := New()
	c := m.Cache(func() CacheState {
		return CacheState{Bytes: 5, Capacity: 9, Evicted: 7, Lag: 1500 * time.Millisecond, Breaker: 2, Shares: true}
	})
	c.Count("local", "user_info", "hit", 3)
	c.Count("local", "user_info", "hit", 2)
	c.Count("redis", "user_info", "miss", 1)
	c.CountFault("timeout")
	c.CountServed(4, 3)
	got := scrape(t, m)
	for name, want := range map[string]float64{
		`cache_requests_total{tier="local",entry="user_info",result="hit"}`:  5,
		`cache_requests_total{tier="redis",entry="user_info",result="miss"}`: 1,
		`cache_redis_faults_total{kind="timeout"}`:                           1,
		"cache_hit_rate":            0.75,
		"cache_bytes":               5,
		"cache_capacity_bytes":      9,
		"cache_evictions_total":     7,
		"cache_feed_lag_seconds":    1.5,
		"cache_redis_breaker_state": 2,
		"cache_redis_in_use":        1,
	} {
		if got.samples[name] != want {
			t.Errorf("%s is %v, want %v", name, got.samples[name], want)
		}
	}
}

func TestHitRateOverFiveMinutes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := hitRate{now: func() time.Time { return now }}
	if !math.IsNaN(r.share()) {
		t.Errorf("of nothing: %v", r.share())
	}
	r.add(10, 0)
	now = now.Add(4 * time.Minute)
	r.add(10, 10)
	if r.share() != 0.5 {
		t.Errorf("of both: %v", r.share())
	}
	now = now.Add(time.Minute)
	if r.share() != 1 {
		t.Errorf("after five minutes the first counts no more: %v", r.share())
	}
	now = now.Add(time.Hour)
	if !math.IsNaN(r.share()) {
		t.Errorf("after an hour: %v", r.share())
	}
	r.add(4, 1)
	if r.share() != 0.25 {
		t.Errorf("in a slot that was used before: %v", r.share())
	}
}
