package resolvers_test

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"atelier/graph"
)

// schema is the contract as the server parsed it.
var schema = graph.NewExecutableSchema(graph.Config{}).Schema()

// route is a way from the root of queries to objects of a type: field by field, with the fragments between them.
type route struct {
	steps []step
	to    *ast.Definition
}

// step is a field of a type, or, without a field, a fragment on that type.
type step struct {
	of    *ast.Definition
	field *ast.FieldDefinition
}

func (r route) with(s step, to *ast.Definition) route {
	return route{append(slices.Clone(r.steps), s), to}
}

func (r route) String() string {
	var b strings.Builder
	for _, s := range r.steps {
		if s.field == nil {
			b.WriteString("<" + s.of.Name + ">")
		} else {
			b.WriteString("." + s.field.Name)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}

// passes reports whether a field of the name stands on the way.
func (r route) passes(field string) bool {
	return slices.ContainsFunc(r.steps, func(s step) bool { return s.field != nil && s.field.Name == field })
}

// nouns counts the fields on the way that lead to a noun.
func (r route) nouns() (n int) {
	for _, s := range r.steps {
		if s.field != nil && isNoun(typeOf(s.field)) {
			n++
		}
	}
	return n
}

// routes are the ways from the root of queries that pass each noun once, and may end in one that they passed, with at
// most depth nouns.
func routes(depth int) []route {
	var found []route
	var walk func(r route)
	walk = func(r route) {
		found = append(found, r)
		for _, next := range onward(r) {
			if next.nouns() <= depth && !passedTwice(r) {
				walk(next)
			}
		}
	}
	walk(route{to: schema.Query})
	return found[1:]
}

// onward are the ways one step further: through every field that has fields itself, and into every concrete type.
func onward(r route) (next []route) {
	for _, f := range r.to.Fields {
		if to := typeOf(f); to.IsCompositeType() && !strings.HasPrefix(f.Name, "__") {
			next = append(next, r.with(step{r.to, f}, to))
		}
	}
	if r.to.IsAbstractType() && r.steps[len(r.steps)-1].field != nil {
		for _, concrete := range schema.GetPossibleTypes(r.to) {
			next = append(next, r.with(step{of: concrete}, concrete))
		}
	}
	return next
}

// passedTwice reports whether a way ends in a noun that it passed before.
func passedTwice(r route) bool {
	seen := map[string]bool{}
	twice := false
	for _, s := range r.steps {
		if s.field != nil && isNoun(typeOf(s.field)) {
			name := typeOf(s.field).Name
			twice = twice || seen[name]
			seen[name] = true
		}
	}
	return twice
}

func typeOf(f *ast.FieldDefinition) *ast.Definition { return schema.Types[f.Type.Name()] }

// isNoun reports whether a type has a key of its own: Node, Task, and what implements Node.
func isNoun(d *ast.Definition) bool {
	return d.Name == "Node" || slices.Contains(d.Interfaces, "Node")
}
