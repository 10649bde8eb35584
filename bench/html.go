package bench

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
)

//go:embed report.html
var pageText string

var page = template.Must(template.New("report").Parse(pageText))

// HTML writes the report as a page that needs nothing else: its charts are drawn in it, and it follows the reader's choice
// of light or dark.
func (r *Report) HTML(w io.Writer) error {
	var tables []htmlTable
	for _, t := range r.tables() {
		if len(t.rows) > 0 {
			tables = append(tables, htmlTable{t.title, t.head, t.rows, r.chartsOf(t.title)})
		}
	}
	return page.Execute(w, map[string]any{"About": r.About, "Tables": tables, "Notes": r.Notes})
}

type htmlTable struct {
	Title  string
	Head   []string
	Rows   [][]string
	Charts []chart
}

// chart is groups of bars, in pixels of a drawing that scales.
type chart struct {
	Title  string
	Keys   []key
	Groups []group
	Height int
}

// key says what the bars of a class are.
type key struct {
	Class, Text string
	X           int
}

type group struct {
	Label string
	Y     int
	Bars  []bar
}

type bar struct {
	Class, Text        string
	X, Y, Width, TextX int
}

// The drawing's measures.
const (
	chartWidth = 720
	longestBar = 540
	barStep    = 19
	labelStep  = 20
	groupGap   = 10
	keysHeight = 28
	textGap    = 6
)

// value is a bar to be: a share of the chart's longest.
type value struct {
	class, text string
	amount      float64
}

// add appends a group whose bars are drawn to the scale of most.
func (c *chart) add(label string, most float64, values ...value) {
	if len(c.Groups) == 0 {
		c.Height = keysHeight
	}
	g := group{Label: label, Y: c.Height + labelStep - textGap}
	c.Height += labelStep
	for _, v := range values {
		width := 0
		if most > 0 && !math.IsNaN(v.amount) {
			width = max(1, int(v.amount/most*longestBar))
		}
		g.Bars = append(g.Bars, bar{v.class, v.text, 0, c.Height, width, width + textGap})
		c.Height += barStep
	}
	c.Height += groupGap
	c.Groups = append(c.Groups, g)
}

func keys(texts ...string) (all []key) {
	for i, text := range texts {
		all = append(all, key{fmt.Sprintf("c%d", i), text, i * chartWidth / 3})
	}
	return all
}

func (r *Report) chartsOf(title string) []chart {
	switch title {
	case titleBefore:
		return comparisonCharts(r.Comparisons, "before", "after")
	case titleCache:
		return comparisonCharts(r.Cache, "without", "with")
	case titleLimit:
		return []chart{r.rateChart(), r.processorChart()}
	}
	return nil
}

// comparisonCharts draw each pair to its own scale: what counts is how much shorter one is.
func comparisonCharts(comparisons []Comparison, before, after string) []chart {
	c := chart{Title: "Each pair to its own scale", Keys: keys(before, after)}
	for _, row := range comparisons {
		if row.Missing != "" {
			continue
		}
		most := max(row.Before.Median, row.After.Median)
		c.add(row.What, most, value{"c0", number(row.Before.Median, row.Unit), row.Before.Median},
			value{"c1", number(row.After.Median, row.Unit) + " (" + factor(row.Factor()) + ")", row.After.Median})
	}
	if len(c.Groups) == 0 {
		return nil
	}
	return []chart{c}
}

func (r *Report) rateChart() chart {
	c := chart{Title: "Requests/s, each operation to its own scale", Keys: keys("server", "limit", "generated executor")}
	most := map[string]float64{}
	for _, l := range r.Limits {
		most[l.Operation] = max(most[l.Operation], l.Server.PerSecond, l.Limit.PerSecond)
	}
	for i, l := range r.Limits {
		values := []value{
			{"c0", fmt.Sprintf("%.0f (%.2f)", l.Server.PerSecond, l.Ratio()), l.Server.PerSecond},
			{"c1", fmt.Sprintf("%.0f", l.Limit.PerSecond), l.Limit.PerSecond},
		}
		if i < len(r.Executors) {
			generated := r.Executors[i].Generated.PerSecond
			values = append(values, value{"c2", fmt.Sprintf("%.0f", generated), generated})
		}
		c.add(fmt.Sprintf("%s, %d connections", l.Operation, l.Connections), most[l.Operation], values...)
	}
	return c
}

// processorChart stacks what a request costs the server and PostgreSQL, at the connections where the target is.
func (r *Report) processorChart() chart {
	c := chart{Title: fmt.Sprintf("Processor time for a request at %d connections, µs", clients), Keys: keys("server or limit", "PostgreSQL")}
	var most float64
	for _, l := range r.Limits {
		if l.Connections == clients {
			most = max(most, l.Server.ServerCPU+l.Server.DatabaseCPU, l.Limit.ServerCPU+l.Limit.DatabaseCPU)
		}
	}
	for _, l := range r.Limits {
		if l.Connections == clients {
			c.stack(l.Operation+", server", most, l.Server)
			c.stack(l.Operation+", limit", most, l.Limit)
		}
	}
	return c
}

func (c *chart) stack(label string, most float64, l Load) {
	c.add(label, most, value{"c0", "", l.ServerCPU}, value{"c1", "", l.DatabaseCPU})
	bars := c.Groups[len(c.Groups)-1].Bars
	bars[1].Y, bars[1].X = bars[0].Y, bars[0].Width
	bars[1].TextX = bars[1].X + bars[1].Width + textGap
	bars[1].Text = fixedPoint(l.ServerCPU, 0) + " + " + fixedPoint(l.DatabaseCPU, 0)
	c.Height -= barStep
}
