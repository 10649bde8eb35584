package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// resolveField asks the resolver of a field of the root; and, where a stand-in tells all that the relations of its object need,
// those at the same time, which saves their round trip.
func (r *run) resolveField(ctx context.Context, rel *relation, fc *graphql.FieldContext) (any, error) {
	f := rel.fields[0]
	object := r.standIn(ctx, f, fc)
	if object == nil {
		return f.def.Resolve(ctx, fc)
	}
	r.slots[rel.index].isAhead = true
	v := visitor{run: r}
	v.visit(f.to, object)
	var wg sync.WaitGroup
	defer wg.Wait() // Also where the resolver panics.
	aside(&wg, func() { r.sideBySide(ctx, rel.stage) })
	return f.def.Resolve(ctx, fc)
}

// standIn returns an object to ask the relations of a field with, or nil: where nobody knows one, where there is nothing to ask, and
// where there is more to it than the relations of one object.
func (r *run) standIn(ctx context.Context, f *field, fc *graphql.FieldContext) any {
	known, ok := r.standIns[f.object+"."+f.def.Name]
	if !ok || f.to == nil || f.to.abstract != nil || f.def.IsList {
		return nil
	}
	steps := f.to.sets[0].steps
	if len(steps) == 0 || slices.ContainsFunc(steps, func(step *field) bool { return step.rel == nil }) {
		return nil
	}
	return known(ctx, fc.Args)
}
