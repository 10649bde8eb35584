// Package metrics owns every metric: its name, labels, unit and buckets. It knows what can be counted, not who counts it,
// and no other package of Atelier.
//
//	http_requests_total{method,endpoint,status}   requests answered
//	http_request_duration_seconds                 how long answers of the API took (pages, pictures and probes are not in it)
//	db_query_duration_seconds{table}              how long statements took, the wait for a connection included
//	graphql_*                                     operations, their errors, statements and batches (operations.go)
//	db_pool_*, atelier_build_info                 the pool and the build (process.go)
//	change_feed_*                                 how the change feed fares (feed.go)
//
// and what the Go runtime and the process tell of themselves (go_*, process_*).
//
// Labels are bounded: methods by knownMethods, endpoints by the routes of the server, tables by those of the store.
// Nothing that a client may choose freely becomes one.
package metrics

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"atelier/metrics/quiet"
)

func init() { quiet.Restore() } //nolint:gochecknoinits // Initialisation is what it is about; see there.

const (
	requestsTotal   = "http_requests_total"
	requestDuration = "http_request_duration_seconds"
	queryDuration   = "db_query_duration_seconds"
)

// The upper bounds of the buckets, in seconds. They are dense where the figures that the server is held to lie:
// answers within 50 to 150 ms, lists within 200 ms, statements within 10 to 50 ms.
var (
	requestBuckets = []float64{.005, .01, .025, .05, .1, .15, .2, .3, .5, 1, 2.5, 5, 10}
	queryBuckets   = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .15, .2, .5, 1, 5}
)

// Metrics is what one server counts. It is safe for concurrent use.
type Metrics struct {
	set      *metrics.Set
	requests *metrics.PrometheusHistogram
	answered series[request, *metrics.Counter]
	queries  series[string, *metrics.PrometheusHistogram]
	answers  series[keptAnswer, *metrics.Counter]

	mu      sync.Mutex // Guards refresh.
	refresh []func()   // Bring up to date what others count, at each scrape.
}

// New returns metrics that stand at zero.
func New() *Metrics {
	metrics.ExposeMetadata(true) // The same for the whole process: # TYPE lines, which plain Prometheus shows.
	set := metrics.NewSet()
	return &Metrics{set: set, requests: set.NewPrometheusHistogramExt(requestDuration, requestBuckets)}
}

// CountRequest counts an answered request. Endpoint is a route of the server, never a path that a client sent.
func (m *Metrics) CountRequest(method, endpoint string, status int) {
	m.answered.of(request{knownMethod(method), endpoint, status}, m.requestsOf).Inc()
}

// request is what requests are told apart by.
type request struct {
	method, endpoint string
	status           int
}

func (m *Metrics) requestsOf(r request) *metrics.Counter {
	return m.set.GetOrCreateCounter(fmt.Sprintf("%s{method=%q,endpoint=%q,status=\"%d\"}", requestsTotal, r.method, r.endpoint, r.status))
}

// TimeRequest notes how long the answer to a request of the API took.
func (m *Metrics) TimeRequest(took time.Duration) { m.requests.Update(took.Seconds()) }

// TimeQuery notes how long a statement about a table took.
func (m *Metrics) TimeQuery(table string, took time.Duration) {
	m.queries.of(table, m.queriesOf).Update(took.Seconds())
}

func (m *Metrics) queriesOf(table string) *metrics.PrometheusHistogram {
	return m.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("%s{table=%q}", queryDuration, table), queryBuckets)
}

// beforeScrape has refresh called before each scrape.
func (m *Metrics) beforeScrape(refresh func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refresh = append(m.refresh, refresh)
}

// Write writes all metrics, the process's too, in Prometheus' text format.
func (m *Metrics) Write(w io.Writer) {
	m.mu.Lock()
	for _, refresh := range m.refresh {
		refresh()
	}
	m.mu.Unlock()
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// ServeHTTP answers with what Write writes.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.Write(w)
}

var knownMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// knownMethod keeps the label bounded: a client may send any word as its method.
func knownMethod(method string) string {
	if slices.Contains(knownMethods, method) {
		return method
	}
	return "OTHER"
}
