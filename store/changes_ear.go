package store

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

// deafAfter is how long an ear may hear nothing, not even the bell that its owner rings every second through the database, until it
// is deaf. Its connection is dropped then, and made anew.
const deafAfter = 3 * time.Second

// replaceAfter is how long an ear may hear nothing until its owner takes another, whatever has become of the connections of this one.
const replaceAfter = 10 * time.Second

// ear listens for notices on a connection of its own, and makes it anew when it breaks. It must be closed.
type ear struct {
	bell     string        // A channel that nobody else listens to.
	woken    chan struct{} // Holds one value from when something was heard until it is taken.
	dialer   *earDialer
	listener *pq.Listener
	heard    atomic.Int64 // When something was heard last, in nanoseconds since the ear began; 0 for never.
	began    time.Time
	broken   atomic.Pointer[error] // Why there is no connection; nil while there is one.
	done     chan struct{}
}

// listen opens an ear for a channel. It returns at once: the database may be away.
func listen(ctx context.Context, url, channel string) *ear {
	e := &ear{
		bell: "atelier_bell_" + rand.Text(), woken: make(chan struct{}, 1), began: time.Now(), done: make(chan struct{}),
		dialer: newEarDialer(ctx, deafAfter),
	}
	e.listener = pq.NewDialListener(e.dialer, url, 100*time.Millisecond, time.Second, e.note)
	go e.subscribe(channel)
	go e.attend()
	return e
}

// subscribe waits until there is a connection. What was announced before is found by reading, so it wakes.
func (e *ear) subscribe(channel string) {
	for _, name := range []string{channel, e.bell} {
		for e.listener.Listen(name) != nil {
			if pauseUnless(e.done, time.Second) {
				return
			}
		}
	}
	e.wake()
}

// attend notes what is heard. After a new connection the listener says nil: notices may have been lost.
func (e *ear) attend() {
	defer close(e.done)
	for notice := range e.listener.Notify {
		wasDeaf := !e.hears()
		if notice != nil {
			e.heard.Store(int64(time.Since(e.began)))
		}
		if wasDeaf || notice == nil || notice.Channel != e.bell {
			e.wake()
		}
	}
}

func (e *ear) wake() {
	select {
	case e.woken <- struct{}{}:
	default:
	}
}

// note keeps why there is no connection.
func (e *ear) note(_ pq.ListenerEventType, cause error) {
	if cause == nil {
		e.broken.Store(nil)
		return
	}
	e.broken.Store(&cause)
}

// failure returns why there is no connection, or nil while there is one.
func (e *ear) failure() error {
	if cause := e.broken.Load(); cause != nil {
		return *cause
	}
	return nil
}

// hears reports whether something was heard of late.
func (e *ear) hears() bool { return e.heard.Load() > 0 && e.silence() < deafAfter }

// silence returns how long nothing was heard.
func (e *ear) silence() time.Duration { return time.Since(e.began) - time.Duration(e.heard.Load()) }

func (e *ear) close() {
	e.dialer.hangUp()
	_ = e.listener.Close()
	<-e.done
}

// pauseUnless waits, and reports whether done ended it.
func pauseUnless(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

func pause(ctx context.Context, d time.Duration) bool { return pauseUnless(ctx.Done(), d) }
