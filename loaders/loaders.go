// Package loaders makes one statement of what one response asks for at once: a relation of a level of the query, however many
// parents it has. The executor asks for all of them in one call.
//
// Loaders live as long as one response: what they hold is never older than that.
package loaders

import (
	"context"
	"sync/atomic"

	"atelier/cache"
	"atelier/domain"
	"atelier/store"
)

// Loaders are the loaders of one response.
type Loaders struct {
	store   *store.Store
	observe Observer
	admits  func(*domain.User) bool
	cache   *cache.Cache // May be nil.
	access  Access

	balances balances // Those that came with the rows of their users.
}

// New returns the loaders for one response.
func New(s *store.Store, observe Observer) *Loaders {
	return &Loaders{store: s, observe: observe, admits: func(*domain.User) bool { return true }}
}

// For makes the loaders read what is a user's own for those users alone whom admits lets pass. A rule denies the others'
// fields; but the generated executor hands all of a list to a resolver, the denied ones among them.
func (l *Loaders) For(admits func(*domain.User) bool) *Loaders {
	l.admits = admits
	return l
}

// Access is what the viewer sees of what has rules of its own.
type Access struct {
	Scope string // Names everything that decides it: viewers of one scope see the same.
	Sees  func(*domain.Model) bool
}

// Through makes the loaders read through a cache what is kept there. Without it everything is read from the store.
func (l *Loaders) Through(c *cache.Cache, viewer Access) *Loaders {
	l.cache, l.access = c, viewer
	return l
}

// Observer is told what loaders do. Both must be set.
type Observer struct {
	Batch func(keys int) // A batch asks for so many keys.
	Panic func()         // Code that loads panicked; the caller gets an error.
}

type contextKey struct{}

// With returns a context that carries the loaders.
func With(ctx context.Context, l *Loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From returns the context's loaders. There must be some: graph puts them there for every response.
func From(ctx context.Context) *Loaders { return ctx.Value(contextKey{}).(*Loaders) }

type batchesKey struct{}

// CountBatches returns a context whose batches are counted, and the count so far.
func CountBatches(ctx context.Context) (context.Context, *atomic.Int64) {
	counter := new(atomic.Int64)
	return context.WithValue(ctx, batchesKey{}, counter), counter
}

func countBatch(ctx context.Context, keys int) {
	From(ctx).observe.Batch(keys)
	if counter, ok := ctx.Value(batchesKey{}).(*atomic.Int64); ok {
		counter.Add(1)
	}
}
