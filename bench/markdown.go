package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Markdown writes the report as tables.
func (r *Report) Markdown(w io.Writer) error {
	var text strings.Builder
	for _, f := range r.About {
		fmt.Fprintf(&text, "- %s: %s\n", f.Name, f.Value)
	}
	for _, t := range r.tables() {
		if len(t.rows) > 0 {
			fmt.Fprintf(&text, "\n## %s\n\n%s", t.title, t.markdown())
		}
	}
	if len(r.Notes) > 0 {
		fmt.Fprintf(&text, "\n- %s\n", strings.Join(r.Notes, "\n- "))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// table is a table of the report, for every form of it.
type table struct {
	title string
	head  []string
	rows  [][]string // The first column is text, the others are figures.
}

func (t table) markdown() string {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	rule := make([]string, len(t.head))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
		if i > 0 {
			rule[i] = rule[i][:width-1] + ":"
		}
	}
	var text strings.Builder
	for _, row := range append([][]string{t.head, rule}, t.rows...) {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-len([]rune(cell)))
			if i == 0 {
				text.WriteString("| " + cell + pad + " |")
			} else {
				text.WriteString(" " + pad + cell + " |")
			}
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// The titles of tables that have charts.
const (
	titleBefore = "Before and after"
	titleLimit  = "The limit: the server / a handler written by hand"
	titleCache  = "The cache"
)

func (r *Report) tables() []table {
	return []table{
		comparisonTable(titleBefore, "before", "after", r.Comparisons), limitTable(r.Limits), executorTable(r.Executors),
		comparisonTable(titleCache, "without", "with", r.Cache), targetTable(r.Targets),
	}
}

func comparisonTable(title, before, after string, comparisons []Comparison) table {
	t := table{title: title, head: []string{"what", before, "p99", after, "p99", "times better", "promised", "reached"}}
	for _, c := range comparisons {
		row := []string{
			c.What, number(c.Before.Median, c.Unit), number(c.Before.P99, c.Unit), number(c.After.Median, c.Unit), number(c.After.P99, c.Unit),
			factor(c.Factor()), orDash(c.Promise.Says), c.Verdict().String(),
		}
		if c.Missing != "" {
			row[len(row)-1] = "not measured: " + c.Missing
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func limitTable(limits []Limit) table {
	t := table{title: titleLimit, head: []string{
		"operation", "connections", "requests/s", "ratio", "of CPU", "p50 ms", "p99 ms", "server CPU µs", "PostgreSQL CPU µs", "generator CPU µs", "statements",
	}}
	for _, l := range limits {
		s, h := l.Server, l.Limit
		t.rows = append(t.rows, []string{
			l.Operation, fmt.Sprint(l.Connections), both(s.PerSecond, h.PerSecond, 0), fmt.Sprintf("%.2f", l.Ratio()), fixedPoint(l.WorkRatio(), 2),
			both(s.P50, h.P50, 2), both(s.P99, h.P99, 2), both(s.ServerCPU, h.ServerCPU, 0), both(s.DatabaseCPU, h.DatabaseCPU, 0),
			both(s.GeneratorCPU, h.GeneratorCPU, 0), both(s.Statements, h.Statements, 1),
		})
	}
	return t
}

func executorTable(executors []Executor) table {
	t := table{title: "The executors: ours / gqlgen's generated one, in the same server", head: []string{
		"operation", "connections", "requests/s", "times", "p50 ms", "server CPU µs", "kB allocated",
	}}
	for _, e := range executors {
		o, g := e.Ours, e.Generated
		t.rows = append(t.rows, []string{
			e.Operation, fmt.Sprint(e.Connections), both(o.PerSecond, g.PerSecond, 0), factor(e.Ratio()), both(o.P50, g.P50, 2),
			both(o.ServerCPU, g.ServerCPU, 0), both(o.Allocated/1000, g.Allocated/1000, 0),
		})
	}
	return t
}

func targetTable(targets []Target) table {
	t := table{title: "What the server must reach", head: []string{"what", "wanted", "found", "reached"}}
	for _, target := range targets {
		t.rows = append(t.rows, []string{target.What, target.Wanted, target.Found, target.Verdict.String()})
	}
	return t
}

// String says it in a word.
func (v Verdict) String() string {
	switch v {
	case Reached:
		return "yes"
	case Missed:
		return "NO"
	case Open:
	}
	return "–"
}

const dash = "–"

// number writes three digits that count.
func number(n float64, unit string) string {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return dash
	}
	return strings.TrimSpace(digits(n) + " " + unit)
}

func digits(n float64) string {
	switch {
	case math.Abs(n) >= 100:
		return fmt.Sprintf("%.0f", n)
	case math.Abs(n) >= 10:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.2f", n)
}

func both(ours, theirs float64, places int) string {
	return fixedPoint(ours, places) + " / " + fixedPoint(theirs, places)
}

func fixedPoint(n float64, places int) string {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return dash
	}
	return fmt.Sprintf("%.*f", places, n)
}

func factor(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dash
	}
	return digits(f) + "×"
}

func orDash(s string) string {
	if s == "" {
		return dash
	}
	return s
}
