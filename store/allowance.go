package store

import (
	"context"
	"sync/atomic"

	"atelier/domain"
)

// DefaultAllowance is how many bytes of rows an operation may read unless it is told otherwise. Answers take several times as much memory:
// 16 at once, of 8 MiB each, take 260 to 340 MiB, of 16 MiB each 690 MiB.
const DefaultAllowance = 8 << 20

type allowanceKey struct{}

// Allow returns a context under which statements may read so many bytes of rows together. What would read more is
// domain.TooLarge, and so is all that comes after it.
func Allow(ctx context.Context, bytes int64) context.Context {
	left := new(atomic.Int64)
	left.Store(bytes)
	return context.WithValue(ctx, allowanceKey{}, left)
}

var errTooLarge = domain.NewError(domain.TooLarge, "this reads more than an operation may; ask for smaller pages, or for fewer long texts")

// allowance is the bytes that are left to read under a context; nil is any number.
type allowance struct{ left *atomic.Int64 }

func allowanceOf(ctx context.Context) allowance {
	left, _ := ctx.Value(allowanceKey{}).(*atomic.Int64)
	return allowance{left}
}

// spend takes the bytes of a row off what is left.
func (a allowance) spend(bytes int) error {
	if a.left != nil && a.left.Add(-int64(bytes)) < 0 {
		return errTooLarge
	}
	return nil
}
