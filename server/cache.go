package server

import (
	"context"
	"fmt"

	"atelier/cache"
	"atelier/domain"
	"atelier/metrics"
)

// openRedis finds the way to Redis, if there is to be one, without going there.
func (s *Server) openRedis() error {
	if s.config.RedisURL == "" {
		return nil
	}
	client, err := cache.OpenRedis(string(s.config.RedisURL))
	if err != nil {
		return fmt.Errorf("REDIS_URL: %w", err)
	}
	s.redis = cache.NewDoor(client)
	return nil
}

// openCache makes the cache, unless there is to be none. It is the first that is told of changes: whoever reads through it must not be
// told earlier.
func (s *Server) openCache(ctx context.Context) (err error) {
	if !s.config.HasCache() {
		return nil
	}
	counts := s.metrics.Cache(s.cacheState)
	s.counts = countRequests(counts)
	observer := cache.Observer{Requests: s.counts, Fault: counts.CountFault}
	redis, database, err := s.sharedTier(ctx)
	if err != nil {
		return err
	}
	s.cache, err = cache.New(cache.Options{
		Bytes: int64(s.config.CacheBytes), Redis: redis, Prefix: s.config.RedisPrefix, Database: database, Feed: s.cacheFeed(),
		Observe: &observer, Log: s.log,
	})
	if err != nil {
		return fmt.Errorf("make the cache: %w", err)
	}
	s.changeListeners = append(s.changeListeners, s.cache)
	return nil
}

// sharedTier is the way to Redis for the cache, if there is one, and the database's name in its keys. With the feed the log of changes tells databases
// apart that share a prefix; without it a database that cannot be told from others must do without Redis.
func (s *Server) sharedTier(ctx context.Context) (redis *cache.Door, database string, err error) {
	if s.redis == nil || s.config.FollowsChanges() {
		return s.redis, "", nil
	}
	if database, err = s.store.Identity(ctx); err != nil {
		return nil, "", fmt.Errorf("ask the database who it is: %w", err)
	}
	if database == "" {
		s.log.Warn("the cache does without redis: CHANGE_FEED is off, and the role may not execute pg_control_system()")
		return nil, "", nil
	}
	return s.redis, database, nil
}

// cacheFeed is nil where changes are not followed.
func (s *Server) cacheFeed() *cache.Feed {
	if !s.config.FollowsChanges() {
		return nil
	}
	return &cache.Feed{
		Since: func(ctx context.Context, log domain.LogID, from domain.LogPosition) (domain.ChangeBatch, error) {
			return s.feed.Since(ctx, log, from)
		},
		NextEpoch: s.store.NextCacheEpoch,
	}
}

func (s *Server) cacheState() metrics.CacheState {
	if s.cache == nil {
		return metrics.CacheState{}
	}
	stats := s.cache.Stats()
	return metrics.CacheState{
		Bytes: stats.Bytes, Capacity: stats.Capacity, Evicted: stats.Evicted, Lag: stats.Lag, Breaker: stats.Breaker, Shares: stats.Shares,
	}
}

// countRequests counts what is asked of the cache. A value is asked for once in this process, or not at all where the cache is passed by; it
// needed no loading if any tier had it.
func countRequests(counts *metrics.Cache) func(cache.Tier, string, cache.Result, int) {
	return func(tier cache.Tier, entry string, result cache.Result, n int) {
		counts.Count(string(tier), entry, string(result), n)
		asked, hits := 0, 0
		if tier == cache.InProcess || result == cache.Passed {
			asked = n
		}
		if tier != cache.InSource && result == cache.Hit {
			hits = n
		}
		counts.CountServed(asked, hits)
	}
}

func (s *Server) closeCache() error {
	if s.cache != nil {
		s.cache.Close()
	}
	if s.redis == nil {
		return nil
	}
	return s.redis.Close()
}
