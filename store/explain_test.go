package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
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
	text string
}

// planModes are the two ways in which PostgreSQL plans a prepared statement: for any arguments, and for these.
var planModes = []string{"force_generic_plan", "force_custom_plan"}

// explain runs a statement as the store's prepared ones run and returns its plan.
func explain(t testing.TB, conn *sql.Conn, mode string, s store.Statement) explained {
	t.Helper()
	values := make([]string, len(s.Args))
	for i, arg := range s.Args {
		values[i] = literal(t, arg)
	}
	execute := "EXECUTE probe"
	if len(values) > 0 {
		execute += "(" + strings.Join(values, ", ") + ")"
	}
	return explainAs(t, conn, mode, s.Text, "ANALYZE, BUFFERS, ", execute)
}

func explainAs(t testing.TB, conn *sql.Conn, mode, text, options, execute string) explained {
	t.Helper()
	run(t, conn, "SET plan_cache_mode = "+mode)
	run(t, conn, "PREPARE probe AS "+text)
	defer run(t, conn, "DEALLOCATE probe")
	var raw string
	if err := conn.QueryRowContext(context.Background(), "EXPLAIN ("+options+"FORMAT JSON) "+execute).Scan(&raw); err != nil {
		t.Fatalf("explain: %v\n%s", err, text)
	}
	var plans []explained
	if err := json.Unmarshal([]byte(raw), &plans); err != nil {
		t.Fatalf("read the plan: %v", err)
	}
	plans[0].text = raw
	return plans[0]
}

func run(t testing.TB, conn *sql.Conn, statement string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), statement); err != nil {
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
	above = append(above[:len(above):len(above)], n)
	for _, child := range n.Plans {
		child.walkBelow(above, visit)
	}
}

// rowsRead is how many rows the scan looked at, those that it passed over included.
func (n *node) rowsRead() float64 {
	return n.Loops * (n.Rows + n.Filtered + n.Rechecked)
}
