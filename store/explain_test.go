package store_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"atelier/store"
)

// node is a node of a plan, as EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) tells it.
type node struct {
	Type      string  `json:"Node Type"`
	Relation  string  `json:"Relation Name"`
	Index     string  `json:"Index Name"`
	IndexCond string  `json:"Index Cond"`
	Filter    string  `json:"Filter"`
	Subplan   string  `json:"Subplan Name"`
	Expected  float64 `json:"Plan Rows"`
	Rows      float64 `json:"Actual Rows"` // Of one loop, on average.
	Loops     float64 `json:"Actual Loops"`
	Filtered  float64 `json:"Rows Removed by Filter"`
	Joined    float64 `json:"Rows Removed by Join Filter"`
	Rechecked float64 `json:"Rows Removed by Index Recheck"`
	Hit       float64 `json:"Shared Hit Blocks"`
	Read      float64 `json:"Shared Read Blocks"`
	Plans     []*node `json:"Plans"`
}

// explained is a plan and what running it took.
type explained struct {
	Plan *node           `json:"Plan"`
	JIT  json.RawMessage `json:"JIT"`
}

// explain runs a statement with its arguments, prepared as the store's are, and returns its plan.
func explain(t testing.TB, conn *sql.Conn, s store.Statement) explained {
	t.Helper()
	values := make([]string, len(s.Args))
	for i, arg := range s.Args {
		values[i] = literal(t, arg)
	}
	return explainPrepared(t, conn, s.Text, "ANALYZE, BUFFERS, ", values)
}

// explainOnly returns the plan of a statement without running it: the same for any arguments.
func explainOnly(t testing.TB, conn *sql.Conn, text string) explained {
	t.Helper()
	values := []string{}
	for i := 1; strings.Contains(text, fmt.Sprintf("$%d", i)); i++ {
		values = append(values, "NULL")
	}
	return explainPrepared(t, conn, text, "", values)
}

func explainPrepared(t testing.TB, conn *sql.Conn, text, options string, values []string) explained {
	t.Helper()
	run(t, conn, "PREPARE probe AS "+text)
	defer run(t, conn, "DEALLOCATE probe")
	query := "EXPLAIN (" + options + "FORMAT JSON) EXECUTE probe"
	if len(values) > 0 {
		query += "(" + strings.Join(values, ", ") + ")"
	}
	var raw string
	if err := conn.QueryRowContext(t.Context(), query).Scan(&raw); err != nil {
		t.Fatalf("explain: %v\n%s", err, text)
	}
	var plans []explained
	if err := json.Unmarshal([]byte(raw), &plans); err != nil {
		t.Fatalf("read the plan: %v", err)
	}
	return plans[0]
}

func run(t testing.TB, conn *sql.Conn, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
}

// literal spells an argument as SQL.
func literal(t testing.TB, arg any) string {
	t.Helper()
	switch v := arg.(type) {
	case int:
		return strconv.Itoa(v)
	case string:
		return pq.QuoteLiteral(v)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return pq.QuoteLiteral(v.Format(time.RFC3339Nano))
	case []string:
		return literal(t, pq.StringArray(v))
	case driver.Valuer:
		value, err := v.Value()
		if err != nil {
			t.Fatal(err)
		}
		return pq.QuoteLiteral(fmt.Sprint(value))
	}
	t.Fatalf("no literal for %T", arg)
	return ""
}

// walk visits a plan's nodes, each with those above it, nearest last.
func (n *node) walk(visit func(n *node, above []*node)) { n.walkBelow(nil, visit) }

func (n *node) walkBelow(above []*node, visit func(*node, []*node)) {
	visit(n, above)
	above = append(slices.Clip(above), n)
	for _, child := range n.Plans {
		child.walkBelow(above, visit)
	}
}

// rowsRead is how many rows the scan looked at, those that it passed over included.
func (n *node) rowsRead() float64 {
	return n.Loops * (n.Rows + n.Filtered + n.Rechecked)
}

// outline draws a plan for people.
func (n *node) outline() string {
	var b strings.Builder
	n.walk(func(n *node, above []*node) {
		fmt.Fprintf(&b, "%s%s %s %s rows=%v loops=%v removed=%v cond=%s filter=%s\n",
			strings.Repeat("  ", len(above)), n.Type, n.Relation, n.Index, n.Rows, n.Loops, n.Filtered, n.IndexCond, n.Filter)
	})
	return b.String()
}
