package transport

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"atelier/graph/document"
)

// room bounds the memory of the answers at work: the large ones share what there is, and wait for each other.
type room struct {
	size    int64
	shared  *semaphore.Weighted
	waiting atomic.Int64
}

const (
	// roomWeight is how much the large answers at work may weigh together. Measured: some 200 bytes of memory for each.
	roomWeight = 1_000_000
	// smallWeight is up to what weight an answer is not counted.
	smallWeight = 20_000
	// objectWeight is how many values weigh as much as an object by itself.
	objectWeight = 10
	// maxWaiting is how many operations may wait for room; each takes a place of those at work.
	maxWaiting = 16
)

func weightOf(cost document.Cost) int { return cost.Values + objectWeight*cost.Objects }

func newRoom(weight int64) *room { return &room{size: weight, shared: semaphore.NewWeighted(weight)} }

// enter waits until there is room for an answer of a weight, at most as long as ctx lasts. The function that it returns
// gives the room back.
func (r *room) enter(ctx context.Context, weight int) (leave func(), refused *refusal) {
	if weight <= smallWeight {
		return func() {}, nil
	}
	share := min(int64(weight), r.size)
	if r.shared.TryAcquire(share) {
		return func() { r.shared.Release(share) }, nil
	}
	if r.waiting.Add(1) > maxWaiting {
		r.waiting.Add(-1)
		return nil, overloaded()
	}
	defer r.waiting.Add(-1)
	if r.shared.Acquire(ctx, share) != nil {
		return nil, gaveUp()
	}
	return func() { r.shared.Release(share) }, nil
}
