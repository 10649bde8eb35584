package bench

import "math"

// Report is all that was measured.
type Report struct {
	About       []Fact
	Comparisons []Comparison // Before and after.
	Limits      []Limit
	Executors   []Executor
	Cache       []Comparison
	Targets     []Target
	Notes       []string
}

// Fact is something about the run.
type Fact struct{ Name, Value string }

// Comparison is one thing measured on both sides.
type Comparison struct {
	What, Unit    string
	Before, After Figure
	MoreIsBetter  bool
	Promise       Promise
	Missing       string // Why it was not measured; empty if it was.
}

// Promise is what requirements say of a figure.
type Promise struct {
	Says  string  // In their words; empty where they say nothing.
	Bound float64 // The after side is at most, or at least, this. 0: no bound.
	Cut   float64 // By which share the figure falls at least, or by which it grows. 0: it need not.
}

// Factor is how many times better the after side is; NaN where a side is missing.
func (c Comparison) Factor() float64 {
	if c.MoreIsBetter {
		return c.After.Median / c.Before.Median
	}
	return c.Before.Median / c.After.Median
}

// Verdict says whether a promise is kept.
type Verdict int

// The verdicts.
const (
	Open Verdict = iota // Nothing was promised, or nothing measured.
	Reached
	Missed
)

// Verdict compares what was measured with what was promised.
func (c Comparison) Verdict() Verdict {
	if c.Promise.Says == "" || c.Missing != "" || math.IsNaN(c.After.Median) {
		return Open
	}
	return verdict(c.isWithinBound() && c.isCut())
}

func (c Comparison) isWithinBound() bool {
	switch {
	case c.Promise.Bound == 0:
		return true
	case c.MoreIsBetter:
		return c.After.Median >= c.Promise.Bound
	}
	return c.After.Median <= c.Promise.Bound
}

func (c Comparison) isCut() bool {
	switch {
	case c.Promise.Cut == 0:
		return true
	case c.MoreIsBetter:
		return c.After.Median >= c.Before.Median*(1+c.Promise.Cut)
	}
	return c.After.Median <= c.Before.Median*(1-c.Promise.Cut)
}

func verdict(holds bool) Verdict {
	if holds {
		return Reached
	}
	return Missed
}

// Limit is one operation at so many connections, on the server and on the handler written by hand.
type Limit struct {
	Operation     string
	Connections   int
	Server, Limit Load
}

// Ratio is the server's requests/s by the limit's.
func (l Limit) Ratio() float64 { return l.Server.PerSecond / l.Limit.PerSecond }

// WorkRatio is the limit's processor time for a request by the server's, PostgreSQL's included on both sides. It is what Ratio
// would be if nothing else needed the processors, and steadier where something does.
func (l Limit) WorkRatio() float64 { return l.Limit.work() / l.Server.work() }

// Load is what a server did under load.
type Load struct {
	PerSecond              float64
	P50, P99               float64 // ms
	ServerCPU, DatabaseCPU float64 // µs of processor time for each request.
	GeneratorCPU           float64 // µs for each request, on the same cores, in none of the others.
	Statements             float64 // For each request.
	Allocated              float64 // Bytes for each request.
}

func (l Load) work() float64 { return l.ServerCPU + l.DatabaseCPU }

// Executor compares the executors on the same server.
type Executor struct {
	Operation       string
	Connections     int
	Generated, Ours Load
}

// Ratio is our executor's requests/s by the generated one's.
func (e Executor) Ratio() float64 { return e.Ours.PerSecond / e.Generated.PerSecond }

// Target is something that the server must reach.
type Target struct {
	What    string
	Wanted  string
	Found   string
	Verdict Verdict
}
