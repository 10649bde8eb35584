package metrics

import (
	"database/sql"
	"fmt"
)

const (
	buildInfo       = "atelier_build_info"
	poolMax         = "db_pool_max_connections"
	poolConnections = "db_pool_connections"
	poolWaits       = "db_pool_waits_total"
	poolWaitSeconds = "db_pool_wait_seconds_total"
)

// Build tells which build this is.
func (m *Metrics) Build(version, revision, goVersion string) {
	name := fmt.Sprintf("%s{version=%q,revision=%q,goversion=%q}", buildInfo, version, revision, goVersion)
	m.set.NewGauge(name, func() float64 { return 1 })
}

// Pool tells how the connections to the database are used, asking for it at each scrape.
func (m *Metrics) Pool(stats func() sql.DBStats) {
	gauges := map[string]func(sql.DBStats) float64{
		poolMax:                            func(s sql.DBStats) float64 { return float64(s.MaxOpenConnections) },
		poolConnections + `{state="used"}`: func(s sql.DBStats) float64 { return float64(s.InUse) },
		poolConnections + `{state="idle"}`: func(s sql.DBStats) float64 { return float64(s.Idle) },
		poolWaits:                          func(s sql.DBStats) float64 { return float64(s.WaitCount) },
		poolWaitSeconds:                    func(s sql.DBStats) float64 { return s.WaitDuration.Seconds() },
	}
	for name, read := range gauges {
		m.set.NewGauge(name, func() float64 { return read(stats()) })
	}
}
