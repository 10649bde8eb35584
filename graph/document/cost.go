package document

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// Cost is what an operation asks for at most. Objects are the objects that the answer could have, if every page is full. Points
// are what it is charged: an object is a point, and so is each relation of it that is asked for, whatever comes of it.
type Cost struct {
	Points  int
	Objects int
}

// beyond is where costs stop counting; it is above any limit and far from overflow.
const beyond = 1 << 40

func (c Cost) plus(o Cost) Cost {
	return Cost{min(c.Points+o.Points, beyond), min(c.Objects+o.Objects, beyond)}
}

func (c Cost) times(n int) Cost { return Cost{product(c.Points, n), product(c.Objects, n)} }

// product saturates: both factors are at most beyond.
func product(a, n int) int {
	if a != 0 && n > beyond/a {
		return beyond
	}
	return a * n
}

// Lists without pages are short, since operators keep them by hand: this many items are assumed.
const assumedItems = 20

// CheckCost works out what the operation asks for with these variables, or refuses it. The document is valid.
func (l Limits) CheckCost(doc *ast.QueryDocument, operation *ast.OperationDefinition, variables map[string]any) (Cost, *gqlerror.Error) {
	p := &pricer{variables: variables, known: map[pricedFragment]Cost{}}
	cost := p.set(operation.SelectionSet, 1)
	switch {
	case cost.Objects > l.Nodes:
		return cost, refusal(domain.TooManyNodes, "this asks for up to %s objects; at most %d", told(cost.Objects), l.Nodes)
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
	if len(f.SelectionSet) == 0 || f.Name == "__schema" || f.Name == "__type" {
		return Cost{}
	}
	switch size, paged := p.pageSize(f); {
	case paged: // The page itself is a relation; what it holds multiplies below.
		return Cost{Points: 1}.plus(p.set(f.SelectionSet, size))
	case f.Name == "edges":
		return p.set(f.SelectionSet, 1).times(items)
	case f.Name == "node" && f.ObjectDefinition != nil && isEdge(f.ObjectDefinition):
		return Cost{1, 1}.plus(p.set(f.SelectionSet, 1))
	case f.Name == "pageInfo":
		return Cost{}
	case isList(f.Definition.Type):
		return Cost{1, 1}.plus(p.set(f.SelectionSet, 1)).times(p.listSize(f, items))
	}
	return Cost{2, 1}.plus(p.set(f.SelectionSet, 1))
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

func (p *pricer) isGiven(v *ast.Value) bool {
	value, err := v.Value(p.variables)
	return err == nil && value != nil
}

func (p *pricer) size(f *ast.Field, name string) int {
	argument := f.Arguments.ForName(name)
	if argument == nil {
		return domain.DefaultPageSize
	}
	value, err := argument.Value.Value(p.variables)
	if err != nil || value == nil {
		return domain.DefaultPageSize
	}
	n, ok := asInt(value)
	if !ok || n < 1 || n > domain.MaxPageSize {
		return domain.MaxPageSize
	}
	return n
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
