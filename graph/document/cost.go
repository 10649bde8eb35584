package document

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// Cost is what an operation asks for at most. Objects are the objects that the answer could have, if every page is full. Points
// are what it is charged: an object is a point, and so is each relation of it that is asked for, whatever comes of it, and each
// count of a list.
type Cost struct {
	Points  int
	Objects int
	// Values is the values in the answer, each as often as it is asked for. A text may be long: it counts as textValues.
	Values int
	// Introspected is the fields that the answer would tell of the schema. They are in Points too, at introspectedPerPoint.
	Introspected int
}

// object is the cost of an object in a list.
var object = Cost{Points: 1, Objects: 1}

const textValues = 4

// introspectedPerPoint is how many fields of introspection cost as much as an object, which needs the database.
const introspectedPerPoint = 5

// IntrospectionPoints is the part of Points that is charged for introspection.
func (c Cost) IntrospectionPoints() int { return c.Introspected / introspectedPerPoint }

// beyond is where costs stop counting; it is above any limit and far from overflow.
const beyond = 1 << 40

func (c Cost) plus(o Cost) Cost {
	return Cost{
		min(c.Points+o.Points, beyond), min(c.Objects+o.Objects, beyond), min(c.Values+o.Values, beyond), min(c.Introspected+o.Introspected, beyond),
	}
}

func (c Cost) times(n int) Cost {
	return Cost{product(c.Points, n), product(c.Objects, n), product(c.Values, n), c.Introspected} // Introspection stands at the root, once.
}

// product saturates: both factors are at most beyond.
func product(a, n int) int {
	if a != 0 && n > beyond/a {
		return beyond
	}
	return a * n
}

// Lists without pages are short, since operators keep them by hand: this many items are assumed.
const assumedItems = 20

// CheckCost works out what an operation of a document that was read asks for with these variables, as they were coerced, or
// refuses it.
func (r *Reader) CheckCost(operation *ast.OperationDefinition, variables map[string]any) (Cost, *gqlerror.Error) {
	l := r.limits
	p := &pricer{variables, map[pricedFragment]Cost{}, introspection{r.schema, l.Introspected + 1}}
	cost := p.set(operation.SelectionSet, 1)
	cost.Points = min(cost.Points+cost.IntrospectionPoints(), beyond)
	switch {
	case cost.Introspected > l.Introspected:
		return cost, refusal(domain.IntrospectionTooLarge, "this asks for more than %d fields of the schema", l.Introspected)
	case cost.Objects > l.Nodes:
		return cost, refusal(domain.TooManyNodes, "this asks for up to %s objects; at most %d", told(cost.Objects), l.Nodes)
	case cost.Values > l.Answered:
		return cost, refusal(domain.TooManyAnswered, "this asks for up to %s values; at most %d", told(cost.Values), l.Answered)
	case l.Cost > 0 && cost.Points > l.Cost:
		return cost, refusal(domain.CostExceeded, "this costs %s points; an operation costs at most %d", told(cost.Points), l.Cost)
	}
	return cost, nil
}

func told(n int) string {
	if n >= beyond {
		return "far too many"
	}
	return strconv.Itoa(n)
}

// pricer works out each fragment once for each page size that it is spread under.
type pricer struct {
	variables map[string]any
	known     map[pricedFragment]Cost
	schema    introspection
}

type pricedFragment struct {
	definition *ast.FragmentDefinition
	items      int
}

// set prices a selection set on one object; items is how many items its list fields (edges, nodes, items) have.
func (p *pricer) set(selections ast.SelectionSet, items int) (cost Cost) {
	for _, selection := range selections {
		switch one := selection.(type) {
		case *ast.Field:
			cost = cost.plus(p.field(one, items))
		case *ast.InlineFragment:
			cost = cost.plus(p.set(one.SelectionSet, items))
		case *ast.FragmentSpread:
			cost = cost.plus(p.spread(one.Definition, items))
		}
	}
	return cost
}

func (p *pricer) spread(definition *ast.FragmentDefinition, items int) Cost {
	key := pricedFragment{definition, items}
	if known, ok := p.known[key]; ok {
		return known
	}
	cost := p.set(definition.SelectionSet, items)
	p.known[key] = cost
	return cost
}

func (p *pricer) field(f *ast.Field, items int) Cost {
	switch {
	case isIntrospection(f):
		return Cost{Introspected: p.schema.count(f, p.variables)}
	case f.Name == "totalCount" || f.Name == "total":
		return Cost{Points: 1, Values: 1}
	case len(f.SelectionSet) == 0:
		return leaf(f.Definition.Type)
	}
	switch size, paged := p.pageSize(f); {
	case paged: // The page itself is a relation; what it holds multiplies below.
		return Cost{Points: 1}.plus(p.page(f.SelectionSet, size))
	case f.Name == "edges":
		return p.set(f.SelectionSet, 1).times(items)
	case f.Name == "node" && f.ObjectDefinition != nil && isEdge(f.ObjectDefinition):
		return object.plus(p.set(f.SelectionSet, 1))
	case f.Name == "pageInfo":
		return Cost{Values: p.set(f.SelectionSet, 1).Values}
	case isList(f.Definition.Type):
		return object.plus(p.set(f.SelectionSet, 1)).times(p.listSize(f, items))
	}
	return Cost{Points: 2, Objects: 1}.plus(p.set(f.SelectionSet, 1))
}

func leaf(t *ast.Type) Cost {
	if name := t.Name(); name == "String" || name == "JSON" {
		return Cost{Values: textValues}
	}
	return Cost{Values: 1}
}

// page prices what a page holds: its rows at least, which are read for its cursors, for pageInfo and beside a count too.
func (p *pricer) page(selections ast.SelectionSet, size int) Cost {
	cost := p.set(selections, size)
	cost.Points, cost.Objects = max(cost.Points, size), max(cost.Objects, size)
	return cost
}

func isEdge(definition *ast.Definition) bool { return definition.Fields.ForName("cursor") != nil }

func isList(t *ast.Type) bool { return t.Elem != nil }

// listSize is how many items a list has: those of the page around it, the ids asked for, or a few.
func (p *pricer) listSize(f *ast.Field, items int) int {
	if f.Name == "nodes" || f.Name == "items" {
		if ids := f.Arguments.ForName("ids"); ids != nil {
			return p.length(ids.Value)
		}
		return items
	}
	return assumedItems
}

func (p *pricer) length(ids *ast.Value) int {
	if ids.Kind == ast.Variable {
		list, _ := p.variables[ids.Raw].([]any)
		return max(len(list), 1)
	}
	return max(len(ids.Children), 1)
}

// pageSize is the page that a field asks for, if it is one of pages. Sizes out of range count as the largest page: the resolver refuses them.
func (p *pricer) pageSize(f *ast.Field) (size int, paged bool) {
	if f.Definition.Arguments.ForName("pageSize") != nil {
		return p.size(f, "pageSize"), true
	}
	if f.Definition.Arguments.ForName("first") == nil {
		return 0, false
	}
	if last := f.Arguments.ForName("last"); last != nil && p.isGiven(last.Value) {
		return p.size(f, "last"), true
	}
	return p.size(f, "first"), true
}

func (p *pricer) isGiven(v *ast.Value) bool { return p.value(v) != nil }

func (p *pricer) size(f *ast.Field, name string) int {
	argument := f.Arguments.ForName(name)
	if argument == nil {
		return domain.DefaultPageSize
	}
	value := p.value(argument.Value)
	if value == nil {
		return domain.DefaultPageSize
	}
	n, ok := asInt(value)
	if !ok || n < 1 || n > domain.MaxPageSize {
		return domain.MaxPageSize
	}
	return n
}

// value is what an argument is given, nil for nothing. Variables hold their defaults already: what the document says of
// them may be of another operation that spreads the same fragment.
func (p *pricer) value(v *ast.Value) any {
	if v.Kind == ast.Variable {
		return p.variables[v.Raw]
	}
	value, err := v.Value(nil)
	if err != nil {
		return nil
	}
	return value
}

func asInt(value any) (int, bool) {
	switch n := value.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case interface{ Int64() (int64, error) }: // json.Number
		i, err := n.Int64()
		return int(i), err == nil
	}
	return 0, false
}
