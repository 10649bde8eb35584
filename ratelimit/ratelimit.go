// Package ratelimit gives each caller points to spend: a bucket that refills at a steady rate.
//
// It is a leaf: it knows callers by a text and operations by their points. Buckets live in memory, each replica has its own.
package ratelimit

import (
	"math"
	"sync"
	"time"
)

// Rate says how much a bucket holds, in points, and how many it gets back each second.
type Rate struct {
	Burst     float64
	PerSecond float64
}

// Times returns the rate multiplied: a tenth for callers who are not known, say.
func (r Rate) Times(factor float64) Rate { return Rate{r.Burst * factor, r.PerSecond * factor} }

// maxBuckets bounds the memory. A bucket that has refilled is forgotten; where more callers than this have spent points
// at once, all start afresh: the limit is there to share a server fairly, not to keep accounts.
const maxBuckets = 100_000

// Buckets are the callers' buckets. It is safe for concurrent use.
type Buckets struct {
	now func() time.Time

	mu    sync.Mutex
	spent map[string]*bucket // A caller without a bucket has a full one.
	swept time.Time
}

type bucket struct {
	points float64
	at     time.Time // When points was right.
	rate   Rate
}

// New returns full buckets for everyone.
func New() *Buckets { return newBuckets(time.Now) }

func newBuckets(now func() time.Time) *Buckets {
	return &Buckets{now: now, spent: map[string]*bucket{}, swept: now()}
}

// Take takes points from a caller's bucket. It returns how many were taken, what remains and, where the points are not there, how
// long until they are; then nothing is taken. Where more points are asked for than a bucket holds, a full one is emptied.
func (b *Buckets) Take(caller string, rate Rate, points int) (taken, remaining int, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.sweep(now)
	one := b.bucket(caller, rate, now)
	wanted := math.Min(float64(points), rate.Burst)
	if one.points < wanted {
		return 0, int(one.points), time.Duration((wanted - one.points) / rate.PerSecond * float64(time.Second))
	}
	one.points -= wanted
	return int(wanted), int(one.points), 0
}

// Return gives points back, and returns what remains.
func (b *Buckets) Return(caller string, rate Rate, points int) (remaining int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.bucket(caller, rate, b.now())
	one.points = math.Min(one.points+float64(points), rate.Burst)
	return int(one.points)
}

// bucket returns the caller's bucket as it is now.
func (b *Buckets) bucket(caller string, rate Rate, now time.Time) *bucket {
	one, ok := b.spent[caller]
	if !ok {
		one = &bucket{points: rate.Burst, at: now, rate: rate}
		b.spent[caller] = one
	}
	one.refill(now)
	return one
}

func (b *bucket) refill(now time.Time) {
	b.points = math.Min(b.points+now.Sub(b.at).Seconds()*b.rate.PerSecond, b.rate.Burst)
	b.at = now
}

// sweep forgets full buckets, once a second at most.
func (b *Buckets) sweep(now time.Time) {
	if now.Sub(b.swept) < time.Second && len(b.spent) < maxBuckets {
		return
	}
	b.swept = now
	for caller, one := range b.spent {
		if one.refill(now); one.points >= one.rate.Burst {
			delete(b.spent, caller)
		}
	}
	if len(b.spent) >= maxBuckets {
		clear(b.spent)
	}
}
