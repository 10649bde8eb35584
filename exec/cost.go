package exec

import "github.com/vektah/gqlparser/v2/ast"

// Ask is a relation of a plan: a field of one type, or of several of an interface at once.
type Ask struct {
	Type, Field string
	Types       int // How many concrete types have a resolver of their own for it here.
}

// certify adds up what the relations of a query cost at most. A relation is asked once, whatever the data, so this bounds the
// statements of the whole query: more of them are an N+1.
func (p *plan) certify(kind ast.Operation, cost func(Ask) int) {
	if kind != ast.Query {
		return // What a mutation does itself is not a relation's.
	}
	for _, r := range p.relations {
		ask := Ask{Type: r.fields[0].object, Field: r.fields[0].def.Name, Types: r.types()}
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
