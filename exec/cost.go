package exec

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// Ask is a relation of a plan: a field of one type, or of several of an interface at once.
type Ask struct {
	Type, Field string
	Types       int    // How many concrete types have a resolver of their own for it here.
	Of          string // The type that it leads to; "" for a leaf.

	to *place
}

// Selects reports whether any of the named fields is asked of what the relation leads to. By it a cost may follow what the
// resolver does, who asks the same of its field's selections.
func (a Ask) Selects(names ...string) bool {
	return a.to != nil && slices.ContainsFunc(a.to.sets, func(s *set) bool {
		return slices.ContainsFunc(s.fields, func(f *field) bool { return slices.Contains(names, f.collected.Name) })
	})
}

// certify adds up what the relations of a query cost at most. A relation is asked once, whatever the data, so this bounds the
// statements of the whole query: more of them are an N+1.
func (p *plan) certify(kind ast.Operation, cost func(Ask) int) {
	if kind != ast.Query {
		return // What a mutation does itself is not a relation's.
	}
	for _, r := range p.relations {
		f := r.fields[0] // The others ask the same.
		ask := Ask{Type: f.object, Field: f.def.Name, Types: r.types(), Of: f.def.Of, to: f.to}
		if cost == nil {
			p.statements += ask.Types
		} else {
			p.statements += cost(ask)
		}
	}
}

// types is how many resolvers a relation asks.
func (r *relation) types() int {
	known := map[*Field]bool{}
	for _, f := range r.fields {
		known[f.def] = true
	}
	return len(known)
}
