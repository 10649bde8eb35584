package document_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"atelier/domain"
	"atelier/graph/document"
)

// model is the cost as docs have it, worked out without limits, and without remembering fragments: each is expanded
// wherever it is spread.
type model struct{ variables map[string]any }

type price struct{ points, objects, values *big.Int }

func priceOf(points, objects, values int64) price {
	return price{big.NewInt(points), big.NewInt(objects), big.NewInt(values)}
}

func (p price) plus(o price) price {
	return price{new(big.Int).Add(p.points, o.points), new(big.Int).Add(p.objects, o.objects), new(big.Int).Add(p.values, o.values)}
}

func (p price) times(n int64) price {
	by := big.NewInt(n)
	return price{new(big.Int).Mul(p.points, by), new(big.Int).Mul(p.objects, by), new(big.Int).Mul(p.values, by)}
}

func (p price) atLeast(n int64) price {
	most := func(x *big.Int) *big.Int {
		if x.Cmp(big.NewInt(n)) < 0 {
			return big.NewInt(n)
		}
		return x
	}
	return price{most(p.points), most(p.objects), p.values}
}

// expand lists the fields of a set with all fragments in their place.
func expand(set ast.SelectionSet) (fields []*ast.Field) {
	for _, selection := range set {
		switch one := selection.(type) {
		case *ast.Field:
			fields = append(fields, one)
		case *ast.InlineFragment:
			fields = append(fields, expand(one.SelectionSet)...)
		case *ast.FragmentSpread:
			fields = append(fields, expand(one.Definition.SelectionSet)...)
		}
	}
	return fields
}

func (m model) set(set ast.SelectionSet, page int64) price {
	total := priceOf(0, 0, 0)
	for _, f := range expand(set) {
		total = total.plus(m.field(f, page))
	}
	return total
}

func (m model) field(f *ast.Field, page int64) price {
	of := schema.Types[f.Definition.Type.Name()]
	switch {
	case f.Name == "totalCount" || f.Name == "total": // A count is a statement.
		return priceOf(1, 0, 1)
	case of.Name == "String" || of.Name == "JSON": // Texts may be long.
		return priceOf(0, 0, 4)
	case !of.IsCompositeType():
		return priceOf(0, 0, 1)
	case of.Name == "PageInfo":
		return m.set(f.SelectionSet, 1)
	case strings.HasSuffix(of.Name, "Connection") || strings.HasSuffix(of.Name, "Page"): // A relation, and the rows of its page.
		size := m.size(f)
		return priceOf(1, 0, 0).plus(m.set(f.SelectionSet, size).atLeast(size))
	case strings.HasSuffix(of.Name, "Edge"):
		return m.set(f.SelectionSet, 1).times(page)
	case strings.HasSuffix(f.ObjectDefinition.Name, "Edge"):
		return priceOf(1, 1, 0).plus(m.set(f.SelectionSet, 1))
	case f.Definition.Type.Elem != nil: // The items of a list.
		return priceOf(1, 1, 0).plus(m.set(f.SelectionSet, 1)).times(m.length(f, page))
	}
	return priceOf(2, 1, 0).plus(m.set(f.SelectionSet, 1)) // A relation and its object.
}

func (m model) length(f *ast.Field, page int64) int64 {
	switch {
	case f.Arguments.ForName("ids") != nil:
		return max(int64(len(f.Arguments.ForName("ids").Value.Children)), 1)
	case f.Name == "nodes" || f.Name == "items":
		return page
	}
	return 20
}

func (m model) size(f *ast.Field) int64 {
	for _, name := range []string{"last", "first", "pageSize"} {
		if given := m.given(f, name); given != nil {
			n := *given
			if n < 1 || n > 100 {
				return 100
			}
			return n
		}
	}
	return 20
}

func (m model) given(f *ast.Field, name string) *int64 {
	argument := f.Arguments.ForName(name)
	if argument == nil {
		return nil
	}
	value := m.variables[argument.Value.Raw]
	if argument.Value.Kind != ast.Variable {
		value, _ = argument.Value.Value(nil)
	}
	n, isInt := value.(int64)
	if !isInt {
		return nil
	}
	return &n
}

// TestCostIsExact compares the cost with that of the model, on random documents.
func TestCostIsExact(t *testing.T) {
	l := generous()
	l.Nodes, l.Cost = 1<<50, 1<<50
	r := newReader(l)
	variables := map[string]any{"five": int64(5), "none": nil, "most": int64(100), "wide": int64(1 << 30)}
	pages := []string{"1", "3", "20", "100", "101", "0", "-7", "2147483647", "null", "$five", "$none", "$most", "$wide"}
	rapid.Check(t, func(t *rapid.T) {
		text := define(variables, anOperation(t, pages, nil))
		doc, errs := r.Read(text)
		if errs != nil { // Pages of other sizes of one list, or null for what is not null.
			t.Skip(errs)
		}
		cost, refused := r.CheckCost(doc.Operations[0], variables)
		if refused != nil {
			t.Fatalf("%v", refused)
		}
		want := model{variables}.set(doc.Operations[0].SelectionSet, 1)
		if saturated(want.points) != cost.Points || saturated(want.objects) != cost.Objects || saturated(want.values) != cost.Values {
			t.Fatalf("%+v, want %+v\n%s", cost, want, text)
		}
	})
}

// define puts the variables that a query uses before it.
func define(variables map[string]any, query string) string {
	head := ""
	for name := range variables {
		if strings.Contains(query, "$"+name) {
			head += "$" + name + ":Int "
		}
	}
	if head == "" {
		return query
	}
	return "query(" + head + ")" + query
}

func saturated(n *big.Int) int {
	if most := big.NewInt(1 << 40); n.Cmp(most) > 0 {
		return 1 << 40
	}
	return int(n.Int64())
}

// TestCost has examples that can be worked out by hand.
func TestCost(t *testing.T) {
	r := newReader(limited(func(l *document.Limits) { l.Nodes, l.Answered, l.Cost = 1<<50, 1<<50, 1<<50 }))
	for text, want := range map[string]document.Cost{
		"{__typename}":      {},
		"{viewer{id name}}": {Points: 2, Objects: 1},
		"{viewer{credit statistics{totalTasks}}}":                                           {Points: 4, Objects: 2},
		"{users{totalCount}}":                                                               {Points: 21, Objects: 20},
		"{users(first:50){nodes{credit}}}":                                                  {Points: 51, Objects: 50, Values: 50},
		"{users(first:50){edges{cursor}}}":                                                  {Points: 51, Objects: 50, Values: 200},
		"{users(first:10){edges{node{tasks(last:5){nodes{id}}}}}}":                          {Points: 71, Objects: 60},
		"{users(first:20){nodes{chats(first:3){nodes{messages(last:5){nodes{content}}}}}}}": {Points: 461, Objects: 380},
		`{nodes(ids:["a","b","c"]){id}}`:                                                    {Points: 3, Objects: 3},
		"{usersPage(pageSize:10){items{id} total}}":                                         {Points: 12, Objects: 10},
	} {
		cost, refused := r.CheckCost(mustRead(t, r, text), nil)
		if refused != nil || cost.Points != want.Points || cost.Objects != want.Objects || want.Values > 0 && cost.Values != want.Values {
			t.Errorf("%s: %+v, %v; want %+v", text, cost, refused, want)
		}
	}
}

// TestCostLimits is at each limit, and one beyond.
func TestCostLimits(t *testing.T) {
	text := "{users(first:50){nodes{id}}}" // 51 points, 50 objects.
	for _, one := range []struct {
		nodes, cost int
		want        domain.Code
	}{{50, 51, ""}, {49, 51, domain.TooManyNodes}, {50, 50, domain.CostExceeded}, {50, 0, ""}} {
		r := newReader(limited(func(l *document.Limits) { l.Nodes, l.Cost = one.nodes, one.cost }))
		if _, refused := r.CheckCost(mustRead(t, r, text), nil); codeOf(refused) != one.want {
			t.Errorf("%+v: %v", one, refused)
		}
	}
}

// TestCostSaturates: nothing overflows, however often pages are within pages.
func TestCostSaturates(t *testing.T) {
	text := "id"
	for range 60 {
		text = "tasks(first:2147483647){nodes{user{" + text + "}}}"
	}
	l := generous()
	l.Nodes = 500_000
	r := newReader(l)
	cost, refused := r.CheckCost(mustRead(t, r, "{viewer{"+text+"}}"), nil)
	if codeOf(refused) != domain.TooManyNodes || cost.Points != 1<<40 || cost.Objects != 1<<40 {
		t.Errorf("%+v, %v", cost, refused)
	}
}

// TestCostOfVariables takes sizes from variables as they were coerced, not from what another operation says of them.
func TestCostOfVariables(t *testing.T) {
	l := limited(func(l *document.Limits) { l.Nodes, l.Answered, l.Cost = 1<<50, 1<<50, 1<<50 })
	r := newReader(l)
	doc, errs := r.Read("query B($n:Int){...F} query A($n:Int=1){...F} fragment F on Query{users(first:$n){nodes{id}}}")
	if errs != nil {
		t.Fatal(errs)
	}
	for _, one := range []struct {
		variables map[string]any
		objects   int
	}{
		{nil, 20}, {map[string]any{"n": nil}, 20}, {map[string]any{"n": int64(7)}, 7}, {map[string]any{"n": int64(101)}, 100},
		{map[string]any{"n": int64(-1)}, 100}, {map[string]any{"n": json.Number("7")}, 7},
	} {
		cost, refused := r.CheckCost(doc.Operations[0], one.variables)
		if refused != nil || cost.Objects != one.objects {
			t.Errorf("%v: %+v, %v; want %d objects", one.variables, cost, refused, one.objects)
		}
	}
}
