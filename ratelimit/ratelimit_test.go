package ratelimit

import (
	"strconv"
	"testing"
	"time"
)

// aClock stands still until it is told.
type aClock struct{ at time.Time }

func (c *aClock) now() time.Time { return c.at }

func TestTakeAndRefill(t *testing.T) {
	clock := &aClock{time.Unix(0, 0)}
	b, rate := newBuckets(clock.now), Rate{Burst: 100, PerSecond: 10}
	if taken, left, wait := b.Take("a", rate, 90); taken != 90 || left != 10 || wait != 0 {
		t.Fatalf("90 of 100: %d left, wait %v", left, wait)
	}
	if taken, left, wait := b.Take("a", rate, 30); taken != 0 || left != 10 || wait != 2*time.Second {
		t.Fatalf("30 of 10: %d left, wait %v; want 10 and 2s", left, wait)
	}
	if _, left, wait := b.Take("b", rate, 30); left != 70 || wait != 0 {
		t.Fatalf("another caller: %d left, wait %v", left, wait)
	}
	clock.at = clock.at.Add(2 * time.Second)
	if _, left, wait := b.Take("a", rate, 30); left != 0 || wait != 0 {
		t.Fatalf("after the wait: %d left, wait %v", left, wait)
	}
}

func TestReturnNeverOverfills(t *testing.T) {
	clock := &aClock{time.Unix(0, 0)}
	b, rate := newBuckets(clock.now), Rate{Burst: 100, PerSecond: 10}
	b.Take("a", rate, 50)
	if left := b.Return("a", rate, 40); left != 90 {
		t.Fatalf("50 taken and 40 returned: %d left", left)
	}
	if left := b.Return("a", rate, 40); left != 100 {
		t.Fatalf("more returned than taken: %d left", left)
	}
}

func TestMoreThanABucketHoldsTakesAFullOne(t *testing.T) {
	clock := &aClock{time.Unix(0, 0)}
	b, rate := newBuckets(clock.now), Rate{Burst: 100, PerSecond: 10}
	if taken, left, wait := b.Take("a", rate, 1000); taken != 100 || left != 0 || wait != 0 {
		t.Fatalf("%d taken, %d left, wait %v", taken, left, wait)
	}
	if _, _, wait := b.Take("a", rate, 1000); wait != 10*time.Second {
		t.Fatalf("wait %v, want 10s", wait)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	clock := &aClock{time.Unix(0, 0)}
	b, rate := newBuckets(clock.now), Rate{Burst: 100, PerSecond: 10}
	for i := range 3 * maxBuckets {
		b.Take(strconv.Itoa(i), rate, 50)
		if len(b.spent) > maxBuckets {
			t.Fatalf("%d buckets", len(b.spent))
		}
	}
	clock.at = clock.at.Add(time.Minute)
	b.Take("a", rate, 1)
	if len(b.spent) != 1 {
		t.Fatalf("%d buckets after all have refilled", len(b.spent))
	}
}
