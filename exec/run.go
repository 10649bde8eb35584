package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// run is one execution of a plan. First every relation is asked for, level by level; then all is written.
type run struct {
	*plan
	oc    *graphql.OperationContext
	slots []slot // By the index of the relation. Each is one goroutine's at a time.
	out   writer

	standIns map[string]func(context.Context, map[string]any) any
}

var runs = sync.Pool{New: func() any { return new(run) }}

func newRun(p *plan, oc *graphql.OperationContext) *run {
	r := runs.Get().(*run)
	r.plan, r.oc = p, oc
	if n := len(p.relations); n <= cap(r.slots) {
		r.slots = r.slots[:n]
	} else {
		r.slots = append(r.slots[:cap(r.slots)], make([]slot, n-cap(r.slots))...)
	}
	return r
}

// release lets go of all that was resolved, and keeps the room that it took.
func (r *run) release() {
	for i := range r.slots {
		r.slots[i].reset()
	}
	r.out.reset()
	r.plan, r.oc, r.standIns = nil, nil, nil
	runs.Put(r)
}

// slot is what became of a relation: an entry for each object that it was asked for, in the order of the response.
type slot struct {
	objects []any
	asks    []*field // Which field of the relation asked; empty where it has but one.
	values  []any
	calls   []call // Of the batch resolver.
	scratch []any  // Of the visitor who looks into the values.
	// failures has an entry for each object, if any failed.
	failures []failure
	// replaced tells that root middleware gave a marshaler of its own in the place of the field.
	replaced bool
	// isAhead tells that what stands below was asked before the resolver had answered.
	isAhead bool
	// entered is the number of objects there were before the value was looked into that is now.
	entered int
	// written is the number of entries that the writer has passed.
	written int
}

// failure is why there is no value.
type failure struct {
	err error
	how outcome
}

// maxEntries is the most entries whose room is kept.
const maxEntries = 1 << 12

func (s *slot) reset() {
	if cap(s.objects) > maxEntries || cap(s.scratch) > maxEntries {
		*s = slot{}
		return
	}
	clear(s.objects)
	clear(s.values)
	clear(s.asks)
	clear(s.calls)
	clear(s.scratch)
	*s = slot{objects: s.objects[:0], asks: s.asks[:0], values: s.values[:0], calls: s.calls[:0], scratch: s.scratch[:0]}
}

// makeValues makes room for a value of each object.
func (s *slot) makeValues() {
	s.values = slices.Grow(s.values[:0], len(s.objects))[:len(s.objects)]
}

type outcome uint8

const (
	failed   outcome = iota // A resolver failed, or panicked.
	denied                  // A gate or a root resolver says so: the error gets the field's location.
	batched                 // A batch resolver failed for all objects, or for this one.
	misgiven                // The arguments could not be read.
)

// resolve asks for everything that the plan needs of resolvers.
func (r *run) resolve(ctx context.Context, isSerial bool) {
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: r.root.object.Name})
	for _, rel := range r.stage {
		r.slots[rel.index].objects = append(r.slots[rel.index].objects, nil)
	}
	if isSerial {
		for _, rel := range r.stage {
			r.relate(ctx, rel)
		}
		return
	}
	r.sideBySide(ctx, r.stage)
}

// sideBySide asks relations for which all objects are there. They are independent: the database works on all at once. The last
// is asked from here, so that one alone needs no goroutine.
func (r *run) sideBySide(ctx context.Context, stage []*relation) {
	var wg sync.WaitGroup
	var last *relation
	for _, rel := range stage {
		if len(r.slots[rel.index].objects) == 0 {
			continue
		}
		if last != nil {
			before := last
			aside(&wg, func() { r.relate(ctx, before) })
		}
		last = rel
	}
	if last != nil {
		r.relate(ctx, last)
	}
	wg.Wait()
}

// relate asks one relation, and then what stands below it.
func (r *run) relate(ctx context.Context, rel *relation) {
	s := &r.slots[rel.index]
	if rel.isRoot {
		ctx = r.askRoot(ctx, rel, s)
	} else {
		ctx = r.ask(ctx, rel, s)
	}
	if len(rel.stage) == 0 || s.isAhead {
		return
	}
	v := visitor{run: r, scratch: s.scratch[:0]}
	for i, value := range s.values {
		if value != nil && !s.replaced {
			v.enterSafely(ctx, rel, i)
		}
	}
	s.scratch = v.scratch
	r.sideBySide(ctx, rel.stage)
}

// visitor looks into what a relation brought, for what relations are to be asked next.
type visitor struct {
	*run
	scratch []any // Items of the lists that it is in.
}

// enterSafely looks into an entry. Where code of a type panics, the entry fails as a whole, and nothing is asked for within.
func (v *visitor) enterSafely(ctx context.Context, rel *relation, i int) {
	s := &v.slots[rel.index]
	defer func() {
		if cause := recover(); cause != nil {
			for _, below := range rel.stage {
				v.slots[below.index].truncate()
			}
			s.values[i] = nil
			s.fail(i, failure{v.oc.RecoverFunc(ctx, cause), failed})
		}
	}()
	for _, below := range rel.stage {
		v.slots[below.index].mark()
	}
	v.enter(s.fieldOf(rel, i), s.values[i])
}

// fieldOf is the field that asked for an entry.
func (s *slot) fieldOf(rel *relation, i int) *field {
	if len(s.asks) == 0 {
		return rel.fields[0]
	}
	return s.asks[i]
}

// enter looks for what relations are to be asked for in the value of a field.
func (v *visitor) enter(f *field, value any) {
	if f.def.IsList {
		v.visitAll(f.to, f.def.List, value)
	} else {
		v.visit(f.to, value)
	}
}

func (v *visitor) visitAll(at *place, items Items, of any) {
	from := len(v.scratch)
	v.scratch, _ = items(of, v.scratch)
	for i := from; i < len(v.scratch); i++ {
		if item := v.scratch[i]; item != nil {
			v.visit(at, item)
		}
	}
	clear(v.scratch[from:])
	v.scratch = v.scratch[:from]
}

// visit notes which relations an object, and what it holds, are to be asked for, in the order in which they will be written.
func (v *visitor) visit(at *place, object any) {
	s, object := at.of(object)
	if s == nil {
		return
	}
	for _, f := range s.steps {
		switch {
		case f.rel != nil:
			v.slots[f.rel.index].add(f, object)
		case f.def.IsList:
			v.visitAll(f.to, f.def.Many, object)
		default:
			if below := f.def.One(object); below != nil {
				v.visit(f.to, below)
			}
		}
	}
}

func (s *slot) add(f *field, object any) {
	s.objects = append(s.objects, object)
	if len(f.rel.fields) > 1 {
		s.asks = append(s.asks, f)
	}
}

func (s *slot) mark() { s.entered = len(s.objects) }

func (s *slot) truncate() {
	s.objects, s.asks = s.objects[:s.entered], s.asks[:min(s.entered, len(s.asks))]
}

// of is what is asked of an object; nil for one that is null after all.
func (p *place) of(object any) (*set, any) {
	if p.abstract == nil {
		return p.sets[0], object
	}
	i, concrete := p.abstract.Concrete(object)
	if i < 0 {
		return nil, nil
	}
	return p.sets[i], concrete
}
