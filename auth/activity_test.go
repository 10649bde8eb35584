package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"atelier/domain"
)

// writes are the calls of touch: what was written, and when the users were active.
type writes struct {
	mu    sync.Mutex
	calls [][]domain.UserID
	at    []time.Time
	err   error         // What touch answers.
	takes time.Duration // How long touch takes.
}

func (w *writes) touch(ctx context.Context, ids []domain.UserID, at time.Time) error {
	select {
	case <-time.After(w.takes):
	case <-ctx.Done():
		return ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, slices.Clone(ids))
	w.at = append(w.at, at)
	return w.err
}

func (w *writes) check(t *testing.T, want string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if got := fmt.Sprint(w.calls); got != want {
		t.Errorf("wrote %s, want %s", got, want)
	}
}

func (w *writes) answer(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

// withActivity runs test in a bubble in which an Activity writes to w. It has stopped when stop returns.
func withActivity(t *testing.T, w *writes, test func(t *testing.T, a *Activity, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := NewActivity(w.touch, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { a.Run(ctx) })
		stop := func() { cancel(); running.Wait() }
		defer stop()
		test(t, a, stop)
	})
}

func TestActivityIsWrittenTogether(t *testing.T) {
	w := &writes{}
	withActivity(t, w, func(t *testing.T, a *Activity, _ func()) {
		start := time.Now()
		for _, id := range []domain.UserID{"c", "a", "b", "a"} {
			advance(time.Second)
			a.Seen(id)
		}
		w.check(t, "[]")
		advance(activityFlush)
		w.check(t, "[[a b c]]")
		if want := start.Add(4 * time.Second); !w.at[0].Equal(want) || w.at[0].Location() != time.UTC {
			t.Errorf("active at %v, want %v", w.at[0], want)
		}
		advance(time.Hour)
		w.check(t, "[[a b c]]")
	})
}

func TestActivityIsWrittenOnceAMinute(t *testing.T) {
	w := &writes{}
	withActivity(t, w, func(t *testing.T, a *Activity, _ func()) {
		busyFor := func(seconds int) {
			for range seconds {
				a.Seen("a")
				advance(time.Second)
			}
		}
		advance(time.Second / 2) // Flushes, at multiples of 5 s, fall between the requests.
		busyFor(69)
		w.check(t, "[[a]]")
		busyFor(65) // Written at 5 s, so not before 65.5 s was the user seen anew.
		w.check(t, "[[a] [a]]")
		busyFor(1)
		w.check(t, "[[a] [a] [a]]")
	})
}

func TestActivityIsWrittenAgainAfterAFailure(t *testing.T) {
	w := &writes{err: errors.New("connection refused")}
	withActivity(t, w, func(t *testing.T, a *Activity, _ func()) {
		a.Seen("a")
		seenAt := time.Now()
		advance(activityFlush)
		w.answer(nil)
		advance(activityFlush)
		w.check(t, "[[a] [a]]")
		if !w.at[1].Equal(seenAt) {
			t.Errorf("active at %v, and was seen at %v", w.at[1], seenAt)
		}
		advance(time.Minute)
		w.check(t, "[[a] [a]]")
	})
}

func TestActivityIsWrittenOnShutdown(t *testing.T) {
	w := &writes{takes: time.Second}
	withActivity(t, w, func(t *testing.T, a *Activity, stop func()) {
		a.Seen("a")
		stop()
		w.check(t, "[[a]]")
	})
}

func TestActivityShutdownHasADeadline(t *testing.T) {
	w := &writes{takes: time.Hour}
	withActivity(t, w, func(t *testing.T, a *Activity, stop func()) {
		a.Seen("a")
		advance(activityFlush + time.Second) // The first write is under way.
		start := time.Now()
		stop()
		if waited := time.Since(start); waited > activityTimeout {
			t.Errorf("the shutdown took %v", waited)
		}
		w.check(t, "[]")
	})
}

func (a *Activity) sizes() (waiting, written int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.waiting), len(a.written)
}

// TestSeenDoesNotWait: requests go on while a write hangs, and whom they bring waits for the next.
func TestSeenDoesNotWait(t *testing.T) {
	w := &writes{takes: 2 * time.Second}
	withActivity(t, w, func(t *testing.T, a *Activity, _ func()) {
		a.Seen("a")
		advance(activityFlush + time.Second)
		start := time.Now()
		a.Seen("a")
		a.Seen("b")
		if waited := time.Since(start); waited > 0 {
			t.Errorf("waited %v", waited)
		}
		advance(2 * activityFlush)
		w.check(t, "[[a] [b]]")
	})
}

// TestActivityIsBounded has a write fail for long while more and more users come.
func TestActivityIsBounded(t *testing.T) {
	w := &writes{err: errors.New("connection refused"), takes: time.Second}
	withActivity(t, w, func(t *testing.T, a *Activity, _ func()) {
		for minute := range 3 {
			a.Seen("a")
			advance(activityFlush + time.Second/2) // The write is under way.
			for i := range maxActivity + 1 {
				a.Seen(domain.UserID(fmt.Sprint(minute, "/", i)))
			}
			a.checkBounds(t)
			advance(time.Minute)
			a.checkBounds(t)
		}
	})
}

func (a *Activity) checkBounds(t *testing.T) {
	t.Helper()
	if waiting, written := a.sizes(); waiting > maxActivity || written > maxActivity {
		t.Errorf("%d users wait, %d are remembered", waiting, written)
	}
}

// TestForgottenUsersMayAskAgain: whoever was crowded out after a failure has not been written.
func TestForgottenUsersMayAskAgain(t *testing.T) {
	w := &writes{err: errors.New("connection refused"), takes: time.Second}
	withActivity(t, w, func(t *testing.T, a *Activity, _ func()) {
		a.Seen("a")
		advance(activityFlush + time.Second/2)
		for i := range maxActivity {
			a.Seen(domain.UserID(fmt.Sprint(i)))
		}
		advance(time.Second) // It has failed.
		w.answer(nil)
		advance(activityFlush) // The others are written.
		a.Seen("a")
		advance(activityFlush + time.Second)
		if last := w.calls[len(w.calls)-1]; len(last) != 1 || last[0] != "a" {
			t.Errorf("wrote %d users last, want a alone", len(last))
		}
		if _, written := a.sizes(); written != maxActivity+1 {
			t.Errorf("%d users are remembered", written)
		}
		advance(2 * time.Minute)
		a.Seen("b")
		advance(activityFlush + time.Second)
		if waiting, written := a.sizes(); waiting != 0 || written != 1 {
			t.Errorf("two minutes later %d users wait, %d are remembered", waiting, written)
		}
	})
}
