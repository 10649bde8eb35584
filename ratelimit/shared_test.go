package ratelimit_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"atelier/cache/redistest"
	"atelier/ratelimit"
)

// through is a Do of a client without patience.
func through(client redis.UniversalClient) ratelimit.Do {
	return func(ctx context.Context, use func(context.Context, redis.UniversalClient) error) error {
		return use(ctx, client)
	}
}

func TestReplicasShareBuckets(t *testing.T) {
	t.Parallel()
	do := through(redistest.Start(t).Client())
	one, two := ratelimit.NewShared(do, "test:"), ratelimit.NewShared(do, "test:")
	elsewhere := ratelimit.NewShared(do, "other:")
	ctx, rate := t.Context(), ratelimit.Rate{Burst: 100, PerSecond: 0.01}
	if taken, left, wait := one.Take(ctx, "a", rate, 60); taken != 60 || left != 40 || wait != 0 {
		t.Errorf("%d left, wait %v", left, wait)
	}
	if taken, left, wait := two.Take(ctx, "a", rate, 60); taken != 0 || left != 40 || wait < 1900*time.Second || wait > 2000*time.Second {
		t.Errorf("%d left, wait %v: want 40, and the 2,000 s that 20 points take", left, wait)
	}
	if left := two.Return(ctx, "a", rate, 30); left != 70 {
		t.Errorf("%d left after 30 came back", left)
	}
	if left := two.Return(ctx, "a", rate, 300); left != 100 {
		t.Errorf("%d left in a bucket of 100", left)
	}
	if taken, left, wait := one.Take(ctx, "a", rate, 1000); taken != 100 || left != 0 || wait != 0 {
		t.Errorf("more than a bucket holds: %d left, wait %v", left, wait)
	}
	if _, left, _ := one.Take(ctx, "b", rate, 1); left != 99 {
		t.Errorf("another caller: %d left", left)
	}
	if _, left, _ := elsewhere.Take(ctx, "a", rate, 1); left != 99 {
		t.Errorf("another deployment: %d left", left)
	}
}

func TestSharedBucketsRefill(t *testing.T) {
	t.Parallel()
	s := ratelimit.NewShared(through(redistest.Start(t).Client()), "test:")
	ctx, rate := t.Context(), ratelimit.Rate{Burst: 100, PerSecond: 1e6}
	for range 50 { // They refill in 0.1 ms.
		if _, _, wait := s.Take(ctx, "a", rate, 100); wait > 100*time.Microsecond {
			t.Fatalf("wait %v", wait)
		}
	}
	if _, _, wait := s.Take(ctx, "a", ratelimit.Rate{Burst: 10, PerSecond: 1}, 10); wait > 10*time.Second {
		t.Errorf("at another rate: wait %v", wait)
	}
}

func TestWithoutRedisEachHasItsOwn(t *testing.T) {
	t.Parallel()
	away := redis.NewClient(&redis.Options{Addr: redistest.Reserve(t).Address(), MaxRetries: -1})
	t.Cleanup(func() { _ = away.Close() })
	ctx, rate := t.Context(), ratelimit.Rate{Burst: 100, PerSecond: 0.001}
	for name, s := range map[string]*ratelimit.Shared{
		"none": ratelimit.NewShared(nil, ""), "away": ratelimit.NewShared(through(away), "test:"),
	} {
		s.Take(ctx, "a", rate, 90)
		if _, _, wait := s.Take(ctx, "a", rate, 90); wait == 0 {
			t.Errorf("%s: nothing is limited", name)
		}
		if left := s.Return(ctx, "a", rate, 80); left != 90 {
			t.Errorf("%s: %d left", name, left)
		}
	}
}
