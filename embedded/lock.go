//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	shared    = syscall.LOCK_SH
	exclusive = syscall.LOCK_EX
)

// lockPoll is how often a waiting process tries again. flock cannot be waited for with a deadline.
const lockPoll = 20 * time.Millisecond

// lock is an flock on a file. The kernel lets go of it when the process ends, however it ends; children do not inherit it.
type lock struct{ file *os.File }

func openLock(path string) (*lock, error) {
	f, err := openOwned(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, folderError("open the lock "+path, path, err)
	}
	return &lock{f}, nil
}

// try takes the lock, or changes it from shared to exclusive or back, and reports whether that was possible at once.
// A change that fails may lose what was held.
func (l *lock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		}
		return false, folderError("lock "+l.file.Name(), l.file.Name(), err)
	}
}

// wait takes the lock alone, however long that takes.
func (l *lock) wait(ctx context.Context) error {
	for {
		if got, err := l.try(exclusive); got || err != nil {
			return err
		}
		if err := pause(ctx, lockPoll); err != nil {
			return fmt.Errorf("wait for %s: %w", l.file.Name(), err)
		}
	}
}

func (l *lock) unlock() { _ = syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN) }

// close lets go of the lock. It may be called on nil. Closing the file alone would not do at once: a child that is just being
// started has it too, until it runs its program.
func (l *lock) close() {
	if l != nil {
		l.unlock()
		_ = l.file.Close()
	}
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
