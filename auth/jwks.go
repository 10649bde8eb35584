package auth

import (
	"context"
	"crypto"
	"errors"
	"log/slog"
	"sync"
	"time"

	"atelier/domain"
)

const (
	// keySetAge is how old the issuer's keys become before they are fetched again: how long a key that the issuer
	// withdrew may still serve.
	keySetAge = 15 * time.Minute
	// keySetGap is the least time between the starts of two fetches, whatever tokens come. It exceeds keySetTimeout,
	// so that there is never more than one.
	keySetGap = 10 * time.Second
	// keySetTimeout is how long a fetch may take.
	keySetTimeout = 5 * time.Second
)

// keySet is the public keys of an issuer, by their ids, kept up to date. It is safe for concurrent use.
//
// It stands in for github.com/MicahParks/keyfunc, which fetches an unknown key under the context of the request that
// named it, so that a client who hangs up spends the fetch that the rate limit allowed, and which lets other requests
// queue for the rate limit.
type keySet struct {
	fetch func() (publicKeys, error)
	gap   time.Duration
	log   *slog.Logger

	mu     sync.Mutex
	keys   publicKeys    // Of the last fetch that succeeded; nil before.
	err    error         // Of the last fetch.
	began  time.Time     // When the last fetch began.
	flight chan struct{} // Closed when the last fetch has ended.
}

// publicKeys are keys by their ids. A key without an id is under "".
type publicKeys map[string]crypto.PublicKey

func newKeySet(fetch func() (publicKeys, error), log *slog.Logger) *keySet {
	return &keySet{fetch: fetch, gap: keySetGap, log: log}
}

// run fetches the keys now and whenever they are due, until ctx ends.
func (s *keySet) run(ctx context.Context) {
	for ctx.Err() == nil {
		<-s.refresh()
		select {
		case <-ctx.Done():
		case <-time.After(s.pause()):
		}
	}
}

// pause is how long the keys will do: not long, if they could not be fetched.
func (s *keySet) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.gap
	}
	return keySetAge
}

// find is a keyFinder. A key that is not known may be new: it is looked for once more after a fetch.
func (s *keySet) find(ctx context.Context, header map[string]any) (any, error) {
	id, isString := header["kid"].(string)
	if _, present := header["kid"]; present && !isString {
		return nil, domain.NewError(domain.InvalidToken, "the token's key id is not a string")
	}
	if key, err := s.lookup(id); err == nil {
		return key, nil
	}
	select {
	case <-s.refresh():
	case <-ctx.Done():
		return nil, domain.NewError(domain.Timeout, "the keys of the token's issuer took too long")
	}
	return s.lookup(id)
}

// lookup returns the key of that id, or the only one there is if the token names none.
func (s *keySet) lookup(id string) (crypto.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key, found := s.keys[id]; found {
		return key, nil
	}
	if id == "" && len(s.keys) == 1 {
		for _, key := range s.keys {
			return key, nil
		}
	}
	if s.keys == nil || s.err != nil {
		return nil, domain.NewError(domain.Unavailable, "the keys of the token's issuer cannot be read now; try again")
	}
	return nil, domain.NewError(domain.InvalidToken, "the token is signed with a key that its issuer does not publish")
}

// refresh starts a fetch unless it is too soon, and returns a channel that is closed once the last fetch has ended.
func (s *keySet) refresh() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight == nil || time.Since(s.began) >= s.gap {
		s.began = time.Now()
		s.flight = make(chan struct{})
		go s.replace(s.flight)
	}
	return s.flight
}

func (s *keySet) replace(ended chan<- struct{}) {
	defer close(ended)
	keys, err := s.fetch()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	if err == nil {
		s.keys = keys
	} else if !errors.Is(err, context.Canceled) {
		s.log.Warn("the keys that tokens are verified with cannot be fetched", "error", err)
	}
}
