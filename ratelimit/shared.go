package ratelimit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Do lets use send commands to Redis, within the patience of whoever offers it.
type Do func(ctx context.Context, use func(context.Context, redis.UniversalClient) error) error

// Shared are buckets that all replicas share, in Redis. While Redis does not answer, each replica has its own.
type Shared struct {
	own    *Buckets
	do     Do // Nil without a Redis.
	prefix string
}

// NewShared returns buckets in Redis under keys that begin with prefix. Do may be nil: then they are in memory.
func NewShared(do Do, prefix string) *Shared { return &Shared{New(), do, prefix} }

// takeScript takes points from a bucket, or gives them back where they are negative. Redis' own clock says what has come back since.
//
//	KEYS  bucket
//	ARGV  what a bucket holds, what it gets back each second, the points
//	→     what was taken, what remains, how long until the points are there (µs): then nothing was taken
var takeScript = redis.NewScript(`
local clock, bucket = redis.call('TIME'), redis.call('HMGET', KEYS[1], 'points', 'at')
local burst, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = clock[1] + clock[2] / 1000000
local points, at = tonumber(bucket[1] or burst), tonumber(bucket[2] or now)
points = math.min(burst, points + math.max(0, now - at) * rate)
wanted = math.min(wanted, burst)
if points < wanted then return {0, math.floor(points), math.ceil((wanted - points) / rate * 1000000)} end
points = math.min(burst, points - wanted)
redis.call('HSET', KEYS[1], 'points', string.format('%.6f', points), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - points) / rate * 1000) + 1000)
return {math.floor(wanted), math.floor(points), 0}
`)

// Take is Buckets.Take.
func (s *Shared) Take(ctx context.Context, caller string, rate Rate, points int) (taken, remaining int, wait time.Duration) {
	if taken, remaining, wait, err := s.run(ctx, caller, rate, points); err == nil {
		return taken, remaining, wait
	}
	return s.own.Take(caller, rate, points)
}

// Return is Buckets.Return.
func (s *Shared) Return(ctx context.Context, caller string, rate Rate, points int) (remaining int) {
	if _, remaining, _, err := s.run(ctx, caller, rate, -points); err == nil {
		return remaining
	}
	return s.own.Return(caller, rate, points)
}

var errAlone = errors.New("there is no redis")

func (s *Shared) run(ctx context.Context, caller string, rate Rate, points int) (taken, remaining int, wait time.Duration, err error) {
	if s.do == nil {
		return 0, 0, 0, errAlone
	}
	// A caller who leaves must not look like a Redis that does not answer.
	err = s.do(context.WithoutCancel(ctx), func(ctx context.Context, client redis.UniversalClient) error {
		reply, err := takeScript.Run(ctx, client, []string{s.keyOf(caller)}, rate.Burst, rate.PerSecond, points).Int64Slice()
		if err == nil && len(reply) == 3 {
			taken, remaining, wait = int(reply[0]), int(reply[1]), time.Duration(reply[2])*time.Microsecond
		}
		return err
	})
	return taken, remaining, wait, err
}

// keyOf hides who the caller is: keys of Redis are seen by more people than users are.
func (s *Shared) keyOf(caller string) string {
	sum := sha256.Sum256([]byte(caller))
	return s.prefix + base64.RawURLEncoding.EncodeToString(sum[:16])
}
