package exec

import (
	"runtime"
	"slices"
	"sync"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// plans keeps what was compiled for as long as the document is kept that it was compiled from, and no more than limit
// fields of all plans together.
type plans struct {
	table *Table
	limit int // Of fields.
	each  int // Of fields of one plan.
	cost  func(Ask) int

	mu    sync.RWMutex
	known map[weak.Pointer[ast.OperationDefinition]]*variants
	size  int
}

// variants are the plans of one operation, by what its @skip and @include come to.
type variants struct {
	conditions []string // The variables that they depend on.
	refused    error    // Why no plan can be made, whatever the variables.

	mu    sync.RWMutex
	plans map[string]*planned
	size  int // Guarded by the mu of plans.
}

// planned is a plan, or why there is none.
type planned struct {
	*plan
	refused error
}

// maxVariants bounds the plans of one operation: ten conditions would make a thousand.
const maxVariants = 16

func newPlans(t *Table, limit int, cost func(Ask) int) *plans {
	return &plans{table: t, limit: limit, each: max(limit/8, 1), cost: cost, known: map[weak.Pointer[ast.OperationDefinition]]*variants{}}
}

// of returns the plan of an operation, or why it is not for us.
func (p *plans) of(oc *graphql.OperationContext) (*plan, error) {
	v := p.variantsOf(oc)
	if v.refused != nil {
		return nil, v.refused
	}
	var of [maxConditions]byte
	which, ok := v.choose(oc, of[:0])
	if !ok {
		return nil, errCondition
	}
	v.mu.RLock()
	known, isKnown := v.plans[string(which)]
	v.mu.RUnlock()
	if !isKnown {
		known = p.compile(oc, v, string(which))
	}
	return known.plan, known.refused
}

func (p *plans) compile(oc *graphql.OperationContext, v *variants, which string) *planned {
	made := &planned{}
	if made.plan, made.refused = compile(p.table, oc, p.each); made.refused == nil {
		made.certify(oc.Operation.Operation, p.cost)
	}
	if v.keep(which, made) && made.plan != nil {
		p.weigh(weak.Make(oc.Operation), v, made.size)
	}
	return made
}

// keep reports whether a plan is kept from now on.
func (v *variants) keep(which string, made *planned) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.plans[which]; ok || len(v.plans) >= maxVariants { // Somebody else was faster, perhaps.
		return false
	}
	v.plans[which] = made
	return true
}

func (p *plans) variantsOf(oc *graphql.OperationContext) *variants {
	operation := weak.Make(oc.Operation)
	p.mu.RLock()
	v, ok := p.known[operation]
	p.mu.RUnlock()
	if ok {
		return v
	}
	made := newVariants(oc)
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok = p.known[operation]; ok {
		return v
	}
	p.known[operation] = made
	runtime.AddCleanup(oc.Operation, p.forget, operation)
	return made
}

// forget lets go of the plans of an operation that is no more.
func (p *plans) forget(operation weak.Pointer[ast.OperationDefinition]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v, ok := p.known[operation]; ok {
		p.size -= v.size
		delete(p.known, operation)
	}
}

// weigh counts a plan that was kept, unless its operation was let go of meanwhile. Over the limit, the plans of others are let go of, whichever
// come first; what is known of their operations stays, with its one cleanup.
func (p *plans) weigh(operation weak.Pointer[ast.OperationDefinition], v *variants, size int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[operation] != v {
		return
	}
	v.size += size
	p.size += size
	for _, other := range p.known {
		if p.size <= p.limit {
			return
		}
		if other != v && other.size > 0 {
			p.size -= other.size
			other.drop()
		}
	}
	if p.size > p.limit { // The variants of one operation are more than all may be.
		p.size -= v.size
		v.drop()
	}
}

// drop lets go of the plans. The mu of plans is held.
func (v *variants) drop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.plans)
	v.size = 0
}

// maxConditions is the most variables that may decide about one operation's fields.
const maxConditions = 64

func newVariants(oc *graphql.OperationContext) *variants {
	v := &variants{plans: map[string]*planned{}}
	w := walk{doc: oc.Doc, seen: map[string]bool{}}
	w.set(oc.Operation.SelectionSet)
	v.conditions = w.conditions
	switch {
	case w.isStrange:
		v.refused = errDirective
	case len(w.conditions) > maxConditions:
		v.refused = errCondition
	}
	return v
}

// choose spells what the conditions come to, if they come to anything: a variable with a default may have been given as null.
func (v *variants) choose(oc *graphql.OperationContext, which []byte) ([]byte, bool) {
	for _, name := range v.conditions {
		holds, ok := oc.Variables[name].(bool)
		switch {
		case !ok:
			return nil, false
		case holds:
			which = append(which, '1')
		default:
			which = append(which, '0')
		}
	}
	return which, true
}

// walk goes through all selections that an operation may come to.
type walk struct {
	doc        *ast.QueryDocument
	seen       map[string]bool // Fragments.
	conditions []string
	isStrange  bool // There is a directive other than @skip and @include.
}

func (w *walk) set(selections ast.SelectionSet) {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			w.directives(s.Directives)
			w.set(s.SelectionSet)
		case *ast.InlineFragment:
			w.directives(s.Directives)
			w.set(s.SelectionSet)
		case *ast.FragmentSpread:
			w.directives(s.Directives)
			if f := w.doc.Fragments.ForName(s.Name); f != nil && !w.seen[s.Name] {
				w.seen[s.Name] = true
				w.set(f.SelectionSet)
			}
		}
	}
}

func (w *walk) directives(list ast.DirectiveList) {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			w.isStrange = true
			continue
		}
		for _, a := range d.Arguments {
			if name := a.Value.Raw; a.Value.Kind == ast.Variable && !slices.Contains(w.conditions, name) {
				w.conditions = append(w.conditions, name)
			}
		}
	}
}
