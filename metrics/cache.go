package metrics

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

const (
	cacheRequests  = "cache_requests_total"
	cacheHitRate   = "cache_hit_rate"
	cacheFaults    = "cache_redis_faults_total"
	cacheBytes     = "cache_bytes"
	cacheCapacity  = "cache_capacity_bytes"
	cacheEvictions = "cache_evictions_total"
	cacheLag       = "cache_feed_lag_seconds"
	cacheBreaker   = "cache_redis_breaker_state"
	cacheShares    = "cache_redis_in_use"
)

// Cache is what is counted of a cache.
type Cache struct {
	set      *metrics.Set
	rate     hitRate
	requests series[cacheRequest, *metrics.Counter]
}

// cacheRequest is a series of cache_requests_total. Its labels are the cache's own words.
type cacheRequest struct{ tier, entry, result string }

// CacheState is how a cache stands.
type CacheState struct {
	Bytes, Capacity int64
	Evicted         uint64
	Lag             time.Duration // For how long nothing was heard of changes.
	Breaker         int           // 0 closed, 1 half-open, 2 open.
	Shares          bool          // Redis is used.
}

// Cache returns what counts a cache, whose state is asked for at each scrape.
func (m *Metrics) Cache(state func() CacheState) *Cache {
	c := &Cache{set: m.set, rate: hitRate{now: time.Now}}
	m.set.NewGauge(cacheHitRate, c.rate.share)
	m.set.NewGauge(cacheBytes, func() float64 { return float64(state().Bytes) })
	m.set.NewGauge(cacheCapacity, func() float64 { return float64(state().Capacity) })
	m.set.NewGauge(cacheLag, func() float64 { return state().Lag.Seconds() })
	m.set.NewGauge(cacheBreaker, func() float64 { return float64(state().Breaker) })
	m.set.NewGauge(cacheShares, func() float64 {
		if state().Shares {
			return 1
		}
		return 0
	})
	evictions := m.set.NewCounter(cacheEvictions)
	m.beforeScrape(func() { evictions.Set(state().Evicted) })
	return c
}

// Count counts that so many values of an entry were asked for in a tier, and what came of it.
func (c *Cache) Count(tier, entry, result string, n int) {
	c.requests.of(cacheRequest{tier, entry, result}, c.requestsOf).Add(n)
}

func (c *Cache) requestsOf(r cacheRequest) *metrics.Counter {
	return c.set.GetOrCreateCounter(fmt.Sprintf("%s{tier=%q,entry=%q,result=%q}", cacheRequests, r.tier, r.entry, r.result))
}

// CountServed counts values that were asked for, and how many of them needed no loading.
func (c *Cache) CountServed(asked, hits int) { c.rate.add(asked, hits) }

// CountFault counts that Redis did not do what it was asked to.
func (c *Cache) CountFault(kind string) {
	c.set.GetOrCreateCounter(fmt.Sprintf("%s{kind=%q}", cacheFaults, kind)).Inc()
}

const (
	rateSlots = 30 // Of rateSlot each: five minutes.
	rateSlot  = 10 * time.Second
)

// hitRate is the share of hits over the last five minutes, to ten seconds.
type hitRate struct {
	now   func() time.Time
	mu    sync.Mutex
	slots [rateSlots]struct {
		number      int64 // Of ten seconds since 1970.
		asked, hits int64
	}
}

func (r *hitRate) add(asked, hits int) {
	number := r.now().Unix() / int64(rateSlot.Seconds())
	r.mu.Lock()
	defer r.mu.Unlock()
	slot := &r.slots[number%rateSlots]
	if slot.number != number {
		slot.number, slot.asked, slot.hits = number, 0, 0
	}
	slot.asked += int64(asked)
	slot.hits += int64(hits)
}

// share is not a number while nothing was asked for.
func (r *hitRate) share() float64 {
	oldest := r.now().Unix()/int64(rateSlot.Seconds()) - rateSlots
	r.mu.Lock()
	defer r.mu.Unlock()
	asked, hits := int64(0), int64(0)
	for _, slot := range r.slots {
		if slot.number > oldest {
			asked, hits = asked+slot.asked, hits+slot.hits
		}
	}
	if asked == 0 {
		return math.NaN()
	}
	return float64(hits) / float64(asked)
}
