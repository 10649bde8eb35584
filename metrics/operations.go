package metrics

import (
	"fmt"
	"slices"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

const (
	operationsTotal   = "graphql_operations_total"
	operationDuration = "graphql_operation_duration_seconds"
	errorsTotal       = "graphql_errors_total"
	panicsTotal       = "graphql_panics_total"
	statements        = "graphql_statements_per_operation"
	batchSize         = "graphql_loader_batch_size"
	statementsBeyond  = "graphql_statements_beyond_bound_total"
	statementBound    = "graphql_statements_bound_per_operation"
	fallbacks         = "graphql_generated_executions_total"
)

// The upper bounds of the buckets, in statements and in keys.
var (
	statementBuckets = []float64{0, 1, 2, 3, 5, 8, 13, 21, 50, 100}
	batchBuckets     = []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000}
)

// otherOperations stands for all operations whose names are not registered: names are the clients' to choose.
const otherOperations = "other"

// Operations is what is counted of GraphQL operations.
type Operations struct {
	set        *metrics.Set
	registered []string
	answered   series[answered, *metrics.Counter]
	durations  series[string, *metrics.PrometheusHistogram]
	statements *metrics.PrometheusHistogram
	batches    *metrics.PrometheusHistogram
	bounds     *metrics.PrometheusHistogram
	beyond     *metrics.Counter
	panics     *metrics.Counter
}

// Operations returns what counts operations; those with registered names are told apart.
func (m *Metrics) Operations(registered []string) *Operations {
	return &Operations{
		set: m.set, registered: registered,
		statements: m.set.NewPrometheusHistogramExt(statements, statementBuckets),
		batches:    m.set.NewPrometheusHistogramExt(batchSize, batchBuckets),
		bounds:     m.set.NewPrometheusHistogramExt(statementBound, statementBuckets),
		beyond:     m.set.NewCounter(statementsBeyond),
		panics:     m.set.GetOrCreateCounter(panicsTotal),
	}
}

// Operation is one that was answered.
type Operation struct {
	Name       string   // As the client names it.
	Kind       string   // query, mutation or subscription; empty where it was refused before that was known.
	Codes      []string // Of its errors: the server's own words.
	Ran        bool     // It was not refused.
	Left       bool     // The client left before it was answered.
	Took       time.Duration
	Statements int
	Bound      int // The most that they may be; 0 where that is not known.
}

// Count counts an operation.
func (o *Operations) Count(op Operation) {
	o.answered.of(answered{o.known(op.Name), kindOf(op), resultOf(op)}, o.answeredOf).Inc()
	for _, code := range op.Codes {
		o.CountError(code)
	}
	if op.Ran {
		o.durations.of(kindOf(op), o.durationsOf).Update(op.Took.Seconds())
		o.statements.Update(float64(op.Statements))
		o.certify(op)
	}
}

// answered is what operations are told apart by.
type answered struct{ operation, kind, result string }

func (o *Operations) answeredOf(a answered) *metrics.Counter {
	return o.set.GetOrCreateCounter(fmt.Sprintf("%s{operation=%q,kind=%q,result=%q}", operationsTotal, a.operation, a.kind, a.result))
}

func (o *Operations) durationsOf(kind string) *metrics.PrometheusHistogram {
	return o.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("%s{kind=%q}", operationDuration, kind), requestBuckets)
}

// certify counts the statements of an operation beyond its bound: any is an N+1 that the executor's certificate rules out.
func (o *Operations) certify(op Operation) {
	if op.Bound == 0 {
		return
	}
	o.bounds.Update(float64(op.Bound))
	o.beyond.Add(max(op.Statements-op.Bound, 0))
}

// CountFallback counts an operation that was left to the generated executor. Reason is one of the executor's few words.
func (o *Operations) CountFallback(reason string) {
	o.set.GetOrCreateCounter(fmt.Sprintf("%s{reason=%q}", fallbacks, reason)).Inc()
}

// CountError counts an error by its code, also one that was answered before there was an operation.
func (o *Operations) CountError(code string) {
	o.set.GetOrCreateCounter(fmt.Sprintf("%s{code=%q}", errorsTotal, code)).Inc()
}

// CountPanic counts code that panicked, within an operation or elsewhere.
func (m *Metrics) CountPanic() { m.set.GetOrCreateCounter(panicsTotal).Inc() }

// CountPanic counts code that panicked.
func (o *Operations) CountPanic() { o.panics.Inc() }

// CountBatch notes how many keys a loader asked for at once.
func (o *Operations) CountBatch(keys int) { o.batches.Update(float64(keys)) }

func (o *Operations) known(name string) string {
	if slices.Contains(o.registered, name) {
		return name
	}
	return otherOperations
}

func kindOf(op Operation) string {
	if op.Kind == "" {
		return "none"
	}
	return op.Kind
}

func resultOf(op Operation) string {
	switch {
	case op.Left:
		return "left"
	case !op.Ran:
		return "refused"
	case len(op.Codes) > 0:
		return "error"
	}
	return "ok"
}
