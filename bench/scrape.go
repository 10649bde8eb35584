package bench

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// figures are the metrics of a server at one moment, by their names with labels.
type figures map[string]float64

const scrapeTimeout = 10 * time.Second

// scrape reads the metrics of a server.
func (p *process) scrape(ctx context.Context) (figures, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.host+"/metrics", http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("read the metrics of %s: %w", p.name, err)
	}
	defer func() { _ = response.Body.Close() }()
	found := figures{}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		name, value, ok := cutLast(lines.Text())
		if n, err := strconv.ParseFloat(value, 64); ok && err == nil && !strings.HasPrefix(name, "#") {
			found[name] = n
		}
	}
	return found, lines.Err()
}

func cutLast(line string) (name, value string, ok bool) {
	at := strings.LastIndexByte(line, ' ')
	if at < 0 {
		return "", "", false
	}
	return line[:at], line[at+1:], true
}

// sum adds up a metric over its labels.
func (f figures) sum(name string) float64 { return f.where(name, func(string) bool { return true }) }

// where adds up a metric over the labels that match.
func (f figures) where(name string, matches func(labels string) bool) float64 {
	var total float64
	for key, value := range f {
		if labels, found := strings.CutPrefix(key, name); found && (labels == "" || labels[0] == '{') && matches(labels) {
			total += value
		}
	}
	return total
}

// What servers tell of themselves.
const (
	metricStatements = "db_query_duration_seconds_count"
	metricInDatabase = "db_query_duration_seconds_sum"
	metricAllocated  = "go_memstats_alloc_bytes_total"
	metricResident   = "process_resident_memory_bytes"
	metricCache      = "cache_requests_total"
	metricWhole      = "answer_cache_requests_total{result=\"hit\",reason=\"\"}"
)
