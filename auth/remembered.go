package auth

import (
	"crypto/sha256"
	"sync"
	"time"

	"atelier/domain"
)

const (
	// rememberedFor is how long a token that was verified is taken without a look at its signature: how long a key that the issuer
	// withdrew may serve beyond the age of the key set.
	rememberedFor = time.Minute
	// maxRemembered bounds the tokens that are remembered, at some 150 bytes each.
	maxRemembered = 10_000
)

// remembered is the tokens that were found to hold, by a digest of 256 bits: the tokens themselves are not kept. It is safe for
// concurrent use.
type remembered struct {
	now func() time.Time

	mu     sync.RWMutex
	tokens map[[sha256.Size]byte]verified
}

// verified is what a token says, and until when it need not be looked at again.
type verified struct {
	user  domain.UserID
	until time.Time
}

func newRemembered() *remembered {
	return &remembered{now: time.Now, tokens: map[[sha256.Size]byte]verified{}}
}

func (r *remembered) find(token [sha256.Size]byte) (domain.UserID, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	known, ok := r.tokens[token]
	if !ok || !r.now().Before(known.until) {
		return "", false
	}
	return known.user, true
}

// add remembers a token that holds until expires, leeway aside.
func (r *remembered) add(token [sha256.Size]byte, user domain.UserID, expires time.Time) {
	now := r.now()
	until := now.Add(rememberedFor)
	if expires.Before(until) {
		until = expires
	}
	if !now.Before(until) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tokens) >= maxRemembered {
		r.makeRoom(now)
	}
	r.tokens[token] = verified{user, until}
}

// makeRoom forgets what is over, and of the rest so many that a tenth is free: their bearers are looked at again.
func (r *remembered) makeRoom(now time.Time) {
	for token, known := range r.tokens {
		if !now.Before(known.until) {
			delete(r.tokens, token)
		}
	}
	for token := range r.tokens {
		if len(r.tokens) <= maxRemembered*9/10 {
			return
		}
		delete(r.tokens, token)
	}
}
