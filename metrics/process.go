package metrics

import (
	"database/sql"
	"fmt"
	"runtime"
)

const (
	buildInfo       = "atelier_build_info"
	poolMax         = "db_pool_max_connections"
	poolConnections = "db_pool_connections"
	poolWaits       = "db_pool_waits_total"
	poolWaitSeconds = "db_pool_wait_seconds_total"
)

// Build tells which build this is.
func (m *Metrics) Build(version string) {
	name := fmt.Sprintf("%s{version=%q,goversion=%q}", buildInfo, version, runtime.Version())
	m.set.NewGauge(name, func() float64 { return 1 })
}

// Pool tells how the connections to the database are used, asking for it at each scrape.
func (m *Metrics) Pool(stats func() sql.DBStats) {
	m.set.NewGauge(poolMax, func() float64 { return float64(stats().MaxOpenConnections) })
	m.set.NewGauge(poolConnections+`{state="used"}`, func() float64 { return float64(stats().InUse) })
	m.set.NewGauge(poolConnections+`{state="idle"}`, func() float64 { return float64(stats().Idle) })
	waits, seconds := m.set.NewCounter(poolWaits), m.set.NewFloatCounter(poolWaitSeconds)
	m.beforeScrape(func() {
		now := stats()
		waits.Set(uint64(now.WaitCount))
		seconds.Set(now.WaitDuration.Seconds())
	})
}
