package auth

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"atelier/domain"
)

const (
	// activityInterval is how often a user's activity is written at most.
	activityInterval = time.Minute
	// activityFlush is how often what was seen is written, in one call.
	activityFlush = 5 * time.Second
	// activityTimeout is how long that call may take: what the shutdown waits for, too.
	activityTimeout = 3 * time.Second
	// maxActivity is how many users wait to be written at most. Those seen beyond are forgotten, until they ask again.
	maxActivity = 10_000
)

// Activity notes which users are about and writes it down off the requests' path, at most once a minute per user. It
// is safe for concurrent use. What it remembers is bounded: maxActivity users per flush, each for activityInterval.
type Activity struct {
	touch func(ctx context.Context, ids []domain.UserID, at time.Time) error
	log   *slog.Logger

	mu      sync.Mutex
	waiting map[domain.UserID]struct{}  // Seen and not yet written.
	latest  time.Time                   // When the last of them was seen.
	written map[domain.UserID]time.Time // Until when each needs no writing.
}

// NewActivity returns an Activity that writes by touch: the users ids were last active at about at, in UTC. Nothing is
// written before Run.
func NewActivity(touch func(ctx context.Context, ids []domain.UserID, at time.Time) error, log *slog.Logger) *Activity {
	return &Activity{
		touch:   touch,
		log:     log,
		waiting: map[domain.UserID]struct{}{},
		written: map[domain.UserID]time.Time{},
	}
}

// Seen notes that the user is about. It does not wait for any writing.
func (a *Activity) Seen(id domain.UserID) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Before(a.written[id]) {
		return
	}
	if _, waits := a.waiting[id]; !waits && len(a.waiting) >= maxActivity {
		return
	}
	a.waiting[id] = struct{}{}
	a.latest = now
}

// Run writes what was seen every few seconds until ctx ends, then the rest, and returns: at most activityTimeout after
// ctx ended.
func (a *Activity) Run(ctx context.Context) {
	ticker := time.NewTicker(activityFlush)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			a.flush(ctx)
		case <-ctx.Done():
			a.flush(context.WithoutCancel(ctx))
			return
		}
	}
}

// flush writes those who wait; if that fails, they wait for the next.
func (a *Activity) flush(ctx context.Context) {
	ids, at := a.take()
	if len(ids) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, activityTimeout)
	defer cancel()
	if err := a.touch(ctx, ids, at); err != nil {
		a.putBack(ids)
		a.log.Warn("the activity of users cannot be written", "users", len(ids), "error", err)
	}
}

// take returns those who wait, and when the last of them was seen: after an outage that is nearer than now. While they
// are being written they count as written, so that none is written twice.
func (a *Activity) take() ([]domain.UserID, time.Time) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.written, func(_ domain.UserID, until time.Time) bool { return !now.Before(until) })
	ids := slices.Sorted(maps.Keys(a.waiting)) // Sorted, so that replicas lock rows in one order.
	clear(a.waiting)
	for _, id := range ids {
		a.written[id] = now.Add(activityInterval)
	}
	return ids, a.latest.UTC()
}

func (a *Activity) putBack(ids []domain.UserID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		delete(a.written, id)
		if len(a.waiting) < maxActivity {
			a.waiting[id] = struct{}{}
		}
	}
}
