package metrics

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// exposition is what a scraper makes of the text: samples by name and labels, types by family.
type exposition struct {
	samples map[string]float64
	types   map[string]string
}

var (
	metaLine   = regexp.MustCompile(`^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*)(?: (.*))?$`)
	sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^{}]*\})? (\S+)$`)
	labelList  = regexp.MustCompile(`^\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*"(?:, ?[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*")*\}$`)
)

// scrape reads the metrics as strictly as Prometheus does.
func scrape(t *testing.T, m *Metrics) exposition {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
		t.Errorf("Content-Type: %s", got)
	}
	e := exposition{map[string]float64{}, map[string]string{}}
	for line := range strings.Lines(w.Body.String()) {
		e.read(t, strings.TrimSuffix(line, "\n"))
	}
	return e
}

func (e exposition) read(t *testing.T, line string) {
	t.Helper()
	if meta := metaLine.FindStringSubmatch(line); meta != nil {
		if _, again := e.types[meta[2]]; again && meta[1] == "TYPE" {
			t.Errorf("a second type: %s", line)
		}
		if meta[1] == "TYPE" {
			e.types[meta[2]] = meta[3]
		}
		return
	}
	sample := sampleLine.FindStringSubmatch(line)
	if sample == nil || sample[2] != "" && !labelList.MatchString(sample[2]) {
		t.Fatalf("not in Prometheus' text format: %q", line)
	}
	value, err := strconv.ParseFloat(sample[3], 64)
	if _, again := e.samples[sample[1]+sample[2]]; again || err != nil {
		t.Errorf("a second time, or no number: %s", line)
	}
	e.samples[sample[1]+sample[2]] = value
}

func (e exposition) want(t *testing.T, sample string, value float64) {
	t.Helper()
	if got, ok := e.samples[sample]; !ok || got != value {
		t.Errorf("%s: got %v (there: %v), want %v", sample, got, ok, value)
	}
}

func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	m := New()
	m.CountRequest("POST", "/graphql", 200)
	m.CountRequest("POST", "/graphql", 200)
	m.CountRequest("GET", "/graphql", 406)
	m.CountRequest("BREW", "other", 404)
	m.CountRequest("\"}\nx 1", "other", 404)
	e := scrape(t, m)
	e.want(t, `http_requests_total{method="POST",endpoint="/graphql",status="200"}`, 2)
	e.want(t, `http_requests_total{method="GET",endpoint="/graphql",status="406"}`, 1)
	e.want(t, `http_requests_total{method="OTHER",endpoint="other",status="404"}`, 2)
	if e.types["http_requests_total"] != "counter" {
		t.Errorf("type %q", e.types["http_requests_total"])
	}
}

func TestRequestsAreTimed(t *testing.T) {
	t.Parallel()
	m := New()
	for _, milliseconds := range []int{4, 50, 51, 150, 200, 500, 60_000} {
		m.TimeRequest(time.Duration(milliseconds) * time.Millisecond)
	}
	e := scrape(t, m)
	for bound, want := range map[string]float64{"0.005": 1, "0.05": 2, "0.1": 3, "0.15": 4, "0.2": 5, "0.5": 6, "10": 6, "+Inf": 7} {
		e.want(t, `http_request_duration_seconds_bucket{le="`+bound+`"}`, want)
	}
	e.want(t, "http_request_duration_seconds_count", 7)
	e.want(t, "http_request_duration_seconds_sum", 60.955)
	if e.types["http_request_duration_seconds"] != "histogram" {
		t.Errorf("type %q", e.types["http_request_duration_seconds"])
	}
}

func TestQueriesAreTimedByTable(t *testing.T) {
	t.Parallel()
	m := New()
	m.TimeQuery("users", 3*time.Millisecond)
	m.TimeQuery("mj_tasks", time.Second)
	e := scrape(t, m)
	for _, bound := range []string{"0.05", "0.1", "0.15", "0.2", "0.5"} {
		e.want(t, fmt.Sprintf(`db_query_duration_seconds_bucket{table="users",le=%q}`, bound), 1)
		e.want(t, fmt.Sprintf(`db_query_duration_seconds_bucket{table="mj_tasks",le=%q}`, bound), 0)
	}
	e.want(t, `db_query_duration_seconds_count{table="users"}`, 1)
}

func TestTheProcessTellsOfItself(t *testing.T) {
	t.Parallel()
	e := scrape(t, New())
	if e.samples["go_goroutines"] < 1 || e.samples["process_start_time_seconds"] < 1 {
		t.Errorf("%v goroutines, started at %v", e.samples["go_goroutines"], e.samples["process_start_time_seconds"])
	}
}

func TestServersCountApart(t *testing.T) {
	t.Parallel()
	first, second := New(), New()
	var counting sync.WaitGroup
	for range 8 {
		counting.Go(func() {
			first.CountRequest("GET", "/", 200)
			first.TimeQuery("users", 0)
		})
	}
	counting.Wait()
	scrape(t, first).want(t, `http_requests_total{method="GET",endpoint="/",status="200"}`, 8)
	if got := scrape(t, second).samples; got[`http_requests_total{method="GET",endpoint="/",status="200"}`] != 0 {
		t.Error("the second server counts the first one's requests")
	}
}

func BenchmarkCountRequest(b *testing.B) {
	m := New()
	for b.Loop() {
		m.CountRequest("POST", "/graphql", 200)
		m.TimeQuery("users", time.Millisecond)
	}
}

func TestCertificatesAreHeldTo(t *testing.T) {
	t.Parallel()
	m := New()
	o := m.Operations(nil)
	for _, op := range []Operation{{Statements: 2, Bound: 2}, {Statements: 1, Bound: 5}, {Statements: 51, Bound: 2}, {Statements: 9}, {Statements: 9, Bound: 1}} {
		op.Ran = op.Bound != 1 // The last was refused.
		o.Count(op)
	}
	o.CountFallback("introspection")
	o.CountFallback("introspection")
	e := scrape(t, m)
	e.want(t, "graphql_statements_beyond_bound_total", 49)
	e.want(t, "graphql_statements_bound_per_operation_count", 3)
	e.want(t, "graphql_statements_bound_per_operation_sum", 9)
	e.want(t, `graphql_generated_executions_total{reason="introspection"}`, 2)
}
