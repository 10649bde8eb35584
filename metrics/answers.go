package metrics

import (
	"fmt"

	"github.com/VictoriaMetrics/metrics"
)

const (
	answersTotal   = "answer_cache_requests_total"
	answersDropped = "answer_cache_dropped_total"
	answersKept    = "answer_cache_entries"
	answersBytes   = "answer_cache_bytes"
)

// Answers is what is counted of whole answers that are kept.
type Answers struct{ m *Metrics }

// Answers returns what counts whole answers.
func (m *Metrics) Answers() Answers { return Answers{m} }

// Size tells how many answers are kept and the bytes that they take, asking for it at each scrape.
func (a Answers) Size(now func() (answers, bytes int)) {
	a.m.set.NewGauge(answersKept, func() float64 { n, _ := now(); return float64(n) })
	a.m.set.NewGauge(answersBytes, func() float64 { _, n := now(); return float64(n) })
}

// Count counts an answer: a kept one (hit), one that was made and may be kept (miss), or one that is not (bypass); reason is the cache's
// own word for why not, "" for a hit and for what is kept from now on.
func (a Answers) Count(result, reason string) {
	a.m.answers.of(keptAnswer{result, reason}, a.of).Inc()
}

// keptAnswer is what whole answers are told apart by.
type keptAnswer struct{ result, reason string }

func (a Answers) of(k keptAnswer) *metrics.Counter {
	return a.m.set.GetOrCreateCounter(fmt.Sprintf("%s{result=%q,reason=%q}", answersTotal, k.result, k.reason))
}

// CountDropped counts answers that are kept no longer, by the cache's own word for why.
func (a Answers) CountDropped(reason string, n int) {
	a.m.set.GetOrCreateCounter(fmt.Sprintf("%s{reason=%q}", answersDropped, reason)).Add(n)
}
