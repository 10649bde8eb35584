package metrics

import (
	"fmt"
	"time"
)

const (
	feedState   = "change_feed_state"
	feedLag     = "change_feed_lag_seconds"
	feedBatches = "change_feed_batches_total"
	feedChanges = "change_feed_changes_total"
	feedGaps    = "change_feed_gaps_total"
)

// Feed is how the change feed fares.
type Feed struct {
	State                  string
	AsOf                   time.Time // What was committed before has been told; zero for nothing yet.
	Batches, Changes, Gaps uint64
}

// Feed tells how the change feed fares, asking for it at each scrape. states are all that it may be in.
func (m *Metrics) Feed(states []string, now func() Feed) {
	for _, state := range states {
		m.set.NewGauge(fmt.Sprintf("%s{state=%q}", feedState, state), func() float64 {
			if now().State == state {
				return 1
			}
			return 0
		})
	}
	start := time.Now()
	m.set.NewGauge(feedLag, func() float64 {
		if asOf := now().AsOf; !asOf.IsZero() {
			return time.Since(asOf).Seconds()
		}
		return time.Since(start).Seconds()
	})
	batches, changes, gaps := m.set.NewCounter(feedBatches), m.set.NewCounter(feedChanges), m.set.NewCounter(feedGaps)
	m.beforeScrape(func() {
		f := now()
		batches.Set(f.Batches)
		changes.Set(f.Changes)
		gaps.Set(f.Gaps)
	})
}
