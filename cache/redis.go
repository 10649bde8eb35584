package cache

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

const (
	// patience is how long Redis may take over anything: reading from PostgreSQL takes less than waiting for longer.
	patience = 20 * time.Millisecond
	// dialPatience is how long a connection that is made in the background may take, TLS included. Whoever needs one at once waits
	// for patience only.
	dialPatience = time.Second
	// rest is how long a Redis that fails is left alone before it is tried again.
	rest = 500 * time.Millisecond
	// idleConnections are kept open, so that requests find one.
	idleConnections = 2
)

// OpenRedis returns a client of the Redis at an address, without connecting: redis:// or rediss://, with master_name=… for Sentinels
// and addr=… for further nodes of a Cluster (or further Sentinels).
func OpenRedis(address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("it is not a URL") // Its text may hold a password.
	}
	query := u.Query()
	switch {
	case query.Has("master_name"):
		return openSentinel(address)
	case query.Has("addr"):
		return openCluster(address)
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, unreadable(err)
	}
	o.MaxRetries, o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = -1, dialPatience, patience, patience, patience
	o.ContextTimeoutEnabled, o.DisableIdentity, o.MinIdleConns = true, true, idleConnections
	return redis.NewClient(o), nil
}

func openSentinel(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseFailoverURL(address)
	if err != nil {
		return nil, unreadable(err)
	}
	o.MaxRetries, o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = -1, dialPatience, patience, patience, patience
	o.ContextTimeoutEnabled, o.DisableIdentity, o.MinIdleConns = true, true, idleConnections
	return redis.NewFailoverClient(o), nil
}

func openCluster(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, unreadable(err)
	}
	o.MaxRetries, o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = -1, dialPatience, patience, patience, patience
	o.ContextTimeoutEnabled, o.DisableIdentity, o.MinIdleConns = true, true, idleConnections
	return redis.NewClusterClient(o), nil
}

// unreadable hides an address that an error of parsing may hold.
func unreadable(err error) error {
	if _, isURL := errors.AsType[*url.Error](err); isURL {
		return errors.New("it is not a URL")
	}
	return fmt.Errorf("it cannot be read: %w", err)
}

// Door is the way to Redis: everything through it is bounded in time, and while Redis fails nobody waits for it.
type Door struct {
	client   redis.UniversalClient
	patience time.Duration
	breaker  *gobreaker.CircuitBreaker[struct{}]
	changed  func(opened bool) // Told of every change of the breaker's. It must not block.
}

// NewDoor returns a door to a client's Redis.
func NewDoor(client redis.UniversalClient) *Door {
	d := &Door{client: client, patience: patience, changed: func(bool) {}}
	d.breaker = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout: rest, Interval: 10 * time.Second, BucketPeriod: time.Second,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.ConsecutiveFailures >= 3 || c.Requests >= 20 && c.TotalFailures*2 > c.Requests
		},
		IsSuccessful:  func(err error) bool { return err == nil || isAnswer(err) },
		OnStateChange: func(_ string, _, to gobreaker.State) { d.changed(to == gobreaker.StateOpen) },
	})
	return d
}

// isAnswer reports whether a Redis that works has said no.
func isAnswer(err error) bool {
	return errors.Is(err, redis.Nil) || isFull(err) || strings.HasPrefix(err.Error(), "NOSCRIPT")
}

// isFull reports whether Redis has no memory left for what was to be written.
func isFull(err error) bool {
	return err != nil && strings.Contains(err.Error(), "OOM command not allowed")
}

// Do lets use send commands, within patience. It fails at once while Redis is given a rest.
func (d *Door) Do(ctx context.Context, use func(context.Context, redis.UniversalClient) error) error {
	_, err := d.breaker.Execute(func() (struct{}, error) {
		ctx, cancel := context.WithTimeout(ctx, d.patience)
		defer cancel()
		return struct{}{}, use(ctx, d.client)
	})
	return err
}

// isAtRest reports whether Redis was not asked at all, since it is given a rest.
func isAtRest(err error) bool {
	return errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests)
}

// State is how the breaker stands: 0 for closed, when Redis is used, 1 for half-open, when it is tried, 2 for open, when it is
// left alone.
func (d *Door) State() int { return int(d.breaker.State()) }

// Close ends the connections.
func (d *Door) Close() error { return d.client.Close() }
