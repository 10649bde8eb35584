package migrations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// A statement that needs a table to itself waits for running transactions, and all traffic of the table queues behind
// it meanwhile. So it waits this long only, lets the queue pass, and tries again: a good minute in all. It must be
// longer than deadlock_timeout (1 s): only a waiter of that age makes autovacuum give way.
const (
	lockTimeout  = 1500 * time.Millisecond
	lockPause    = 2 * time.Second
	lockAttempts = 20
)

// withBriefLocks runs work with a bound on lock waits, and again when it hits the bound.
// work must leave nothing behind where it fails.
func (s *session) withBriefLocks(ctx context.Context, work func() error) error {
	if err := s.setLockTimeout(ctx, lockTimeout); err != nil {
		return err
	}
	err := s.untilUnlocked(ctx, work)
	if ctx.Err() != nil {
		return err // The session went with the context.
	}
	return errors.Join(err, s.setLockTimeout(ctx, 0))
}

func (s *session) untilUnlocked(ctx context.Context, work func() error) error {
	for attempt := 1; ; attempt++ {
		err := work()
		if pq.As(err, pqerror.LockNotAvailable, pqerror.TRDeadlockDetected) == nil {
			return err
		}
		err = fmt.Errorf("a long transaction is in the way (see pg_stat_activity): %w", err)
		if attempt == lockAttempts {
			return err
		}
		if stopped := pause(ctx, lockPause); stopped != nil {
			return errors.Join(stopped, err)
		}
	}
}

func (s *session) setLockTimeout(ctx context.Context, d time.Duration) error {
	if _, err := s.ExecContext(ctx, fmt.Sprintf("SET lock_timeout = %d", d.Milliseconds())); err != nil {
		return fmt.Errorf("set lock timeout: %w", err)
	}
	return nil
}
