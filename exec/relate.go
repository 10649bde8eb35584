package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// errRefused is told within; the gates have the last word about what the client gets.
var errRefused = errors.New("not admitted")

// admitted is what next returns to a gate that is asked before anything is loaded.
type admitted struct{}

func admit(context.Context) (any, error) { return admitted{}, nil }

// ask asks a batch resolver for all objects that its gates admit, in one call for each Go type among them. It returns the context
// that relations below are asked in.
func (r *run) ask(ctx context.Context, rel *relation, s *slot) context.Context {
	s.makeValues()
	fc := r.fieldContext(ctx, rel.fields[0])
	ctx = within(ctx, fc)
	if err := r.readArgs(ctx, rel, fc); err != nil {
		s.failAll(failure{err, misgiven})
		return ctx
	}
	r.admitted(ctx, rel, s)
	if len(s.calls) > 1 {
		ctx = context.WithValue(ctx, togetherKey{}, newTogether(s))
	}
	for i := range s.calls {
		r.call(ctx, &s.calls[i], fc, s)
	}
	return ctx
}

// call is one call of a batch resolver: of which entries of the slot, nil for all.
type call struct {
	def     *Field
	objects []any
	entries []int
}

// entry is where the i-th object of a call stands in the slot.
func (c *call) entry(i int) int {
	if c.entries == nil {
		return i
	}
	return c.entries[i]
}

// admitted asks the gates about each object, and parts those that they admit by the Go type that resolves them. The usual case,
// one type and all admitted, copies nothing.
func (r *run) admitted(ctx context.Context, rel *relation, s *slot) {
	def := s.fieldOf(rel, 0).def
	isWhole := true
	if len(rel.fields) > 1 || len(def.Gates) > 0 {
		isWhole = r.allPass(&recalling{Context: ctx}, rel, s)
	}
	if isWhole {
		s.calls = append(s.calls[:0], call{def: def, objects: s.objects})
	} else {
		s.part(rel)
	}
}

// allPass asks the gates, and reports whether they admit all objects, and those are of one type.
func (r *run) allPass(ctx context.Context, rel *relation, s *slot) bool {
	isWhole, first := true, s.fieldOf(rel, 0).def
	for i, object := range s.objects {
		def := s.fieldOf(rel, i).def
		if def != first || len(def.Gates) > 0 && !r.passes(ctx, def, i, object, s) {
			isWhole = false
		}
	}
	return isWhole
}

// closed marks the entries that a gate kept, until the resolver was called.
var closed = &struct{ byte }{}

// passes reports whether the gates admit an object. What they say of one that they do not is its outcome.
func (r *run) passes(ctx context.Context, def *Field, i int, object any, s *slot) bool {
	for _, gate := range def.Gates {
		isOpen, why := r.through(ctx, gate, object)
		if isOpen {
			continue
		}
		s.values[i] = closed
		if why.err != nil {
			s.fail(i, why)
		}
		return false
	}
	return true
}

// through asks one gate. What it puts in the place of the field, which no resolver has returned, is an error unless it is nil.
func (r *run) through(ctx context.Context, gate Gate, object any) (isOpen bool, why failure) {
	defer func() {
		if cause := recover(); cause != nil {
			isOpen, why = false, failure{r.oc.RecoverFunc(ctx, cause), failed}
		}
	}()
	result, err := gate(ctx, object, admit)
	switch {
	case err == nil && result == any(admitted{}):
		return true, failure{}
	case err == nil && result != nil:
		err = fmt.Errorf("%w: a directive put a %T in the place of the field", errRefused, result)
	}
	return false, failure{err, denied}
}

// part makes a call for each Go type among the objects that were admitted.
func (s *slot) part(rel *relation) {
	s.calls = s.calls[:0]
	for i, object := range s.objects {
		if s.values[i] == any(closed) {
			s.values[i] = nil
			continue
		}
		c := s.callOf(s.fieldOf(rel, i).def)
		c.objects, c.entries = append(c.objects, object), append(c.entries, i)
	}
}

func (s *slot) callOf(def *Field) *call {
	for i := range s.calls {
		if s.calls[i].def == def {
			return &s.calls[i]
		}
	}
	s.calls = append(s.calls, call{def: def})
	return &s.calls[len(s.calls)-1]
}

// call asks the resolver, and puts what comes where it belongs.
func (r *run) call(ctx context.Context, c *call, fc *graphql.FieldContext, s *slot) {
	into := make([]any, 0, len(c.objects))
	if c.entries == nil {
		into = s.values[:0] // The results are the values, if all goes well.
	}
	results, err := r.batch(ctx, c, fc, into)
	each, isEach := err.(graphql.BatchErrors) //nolint:errorlint // As gqlgen asks: one that is wrapped is an error for all.
	switch {
	case isEach && len(each.Errors()) != len(c.objects):
		err = fmt.Errorf("batch resolver %s returned %d errors for %d parents", c.def.Name, len(each.Errors()), len(c.objects))
	case (err == nil || isEach) && len(results) != len(c.objects):
		err = fmt.Errorf("batch resolver %s returned %d results for %d parents", c.def.Name, len(results), len(c.objects))
	case isEach:
		s.failEach(c, each.Errors())
		err = nil
	case err == nil && c.entries == nil:
		s.values = results
		return
	}
	s.place(c, results, err)
}

// place puts results, or an error for all, where they belong.
func (s *slot) place(c *call, results []any, err error) {
	for i := range c.objects {
		entry := c.entry(i)
		switch {
		case err != nil:
			s.values[entry] = nil
			s.fail(entry, failure{err, howOf(err)})
		case s.failures != nil && s.failures[entry].err != nil:
			s.values[entry] = nil
		default:
			s.values[entry] = results[i]
		}
	}
}

// panicked is what a resolver's panic came to, by the recover function.
type panicked struct{ error }

func (p panicked) Unwrap() error { return p.error }

func howOf(err error) outcome {
	if _, ok := err.(panicked); ok { //nolint:errorlint // It is ours, and nobody wraps it.
		return failed
	}
	return batched
}

// batch calls the resolver within the field middleware.
func (r *run) batch(ctx context.Context, c *call, fc *graphql.FieldContext, into []any) (results []any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			results, err = nil, panicked{r.oc.RecoverFunc(ctx, cause)}
		}
	}()
	result, err := r.oc.ResolverMiddleware(ctx, func(ctx context.Context) (any, error) {
		return c.def.Batch(ctx, c.objects, fc, into)
	})
	results, _ = result.([]any)
	return results, err
}

func (s *slot) fail(i int, f failure) {
	if s.failures == nil {
		s.failures = make([]failure, len(s.objects))
	}
	s.failures[i] = f
}

func (s *slot) failAll(f failure) {
	for i := range s.objects {
		s.fail(i, f)
	}
}

func (s *slot) failEach(c *call, errs []error) {
	for i, err := range errs {
		if err != nil {
			s.fail(c.entry(i), failure{err, batched})
		}
	}
}

// askRoot asks the resolver of a field of the root, within all that stands around it.
func (r *run) askRoot(ctx context.Context, rel *relation, s *slot) context.Context {
	f := rel.fields[0]
	s.makeValues()
	ctx = graphql.WithRootFieldContext(ctx, &graphql.RootFieldContext{Object: f.collected.Name, Field: f.collected})
	inner := ctx
	given := r.oc.RootResolverMiddleware(ctx, func(ctx context.Context) graphql.Marshaler {
		inner = r.resolveRoot(ctx, rel, s) //nolint:fatcontext // It is called once.
		return later{}
	})
	if given != graphql.Marshaler(later{}) {
		s.replaced = true
		s.values[0] = given
	}
	return inner
}

// later stands for a field of the root that is written later.
type later struct{}

// MarshalGQL writes nothing.
func (later) MarshalGQL(io.Writer) {}

func (r *run) resolveRoot(ctx context.Context, rel *relation, s *slot) (inner context.Context) {
	f := rel.fields[0]
	fc := r.fieldContext(ctx, f)
	ctx = within(ctx, fc)
	inner = ctx
	defer func() {
		if cause := recover(); cause != nil {
			s.fail(0, failure{r.oc.RecoverFunc(ctx, cause), failed})
		}
	}()
	if err := r.readArgs(ctx, rel, fc); err != nil {
		s.fail(0, failure{err, misgiven})
		return inner
	}
	next := func(ctx context.Context) (any, error) {
		inner = ctx //nolint:fatcontext // It is called once, and what it gets is meant for what stands below.
		return r.resolveField(ctx, rel, fc)
	}
	for _, gate := range slices.Backward(f.def.Gates) {
		within := next
		next = func(ctx context.Context) (any, error) { return gate(ctx, nil, within) }
	}
	value, err := r.oc.ResolverMiddleware(ctx, next)
	if err != nil {
		s.fail(0, failure{err, denied})
		return inner
	}
	s.values[0] = value
	return inner
}

// fieldContext is the context of a field as resolvers know it, but that the indices of lists are not in it: it is for all of
// the objects at once.
func (r *run) fieldContext(ctx context.Context, f *field) *graphql.FieldContext {
	chain := make([]graphql.FieldContext, len(f.via)+1)
	above := graphql.GetFieldContext(ctx)
	for i := range chain {
		of := f
		if i < len(f.via) {
			of = f.via[i]
		}
		chain[i] = contextOf(of)
		chain[i].Parent = above
		above = &chain[i]
	}
	return above
}

func contextOf(f *field) graphql.FieldContext {
	isResolver := f.def.isResolved()
	return graphql.FieldContext{Object: f.object, Field: f.collected, IsMethod: f.def.IsMethod || isResolver, IsResolver: isResolver, Child: noChild}
}

func noChild(context.Context, graphql.CollectedField) (*graphql.FieldContext, error) {
	return nil, errors.New("FieldContext.Child is not offered by this executor")
}

// within returns a context that carries fc, whose parents are set already.
func within(ctx context.Context, fc *graphql.FieldContext) context.Context {
	above := fc.Parent
	ctx = graphql.WithFieldContext(ctx, fc)
	fc.Parent = above
	return ctx
}

// readArgs reads the arguments of a relation into fc. Those without variables are read once.
func (r *run) readArgs(ctx context.Context, rel *relation, fc *graphql.FieldContext) error {
	f := rel.fields[0]
	if f.def.Args == nil {
		return nil
	}
	if !rel.args.is {
		var err error
		fc.Args, err = r.args(ctx, f)
		return err
	}
	rel.args.once.Do(func() { rel.args.args, rel.args.err = r.args(ctx, f) })
	fc.Args = maps.Clone(rel.args.args) // Middleware may change them.
	return rel.args.err
}

func (r *run) args(ctx context.Context, f *field) (args map[string]any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = r.oc.RecoverFunc(ctx, cause)
		}
	}()
	return f.def.Args(ctx, f.collected.ArgumentMap(r.oc.Variables))
}

// own returns err so that adding it changes nobody else's: presenters and gqlgen write into a gqlerror.Error.
func own(err error) error {
	if shared, ok := err.(*gqlerror.Error); ok { //nolint:errorlint // One that is wrapped is copied by nobody.
		copied := *shared
		return &copied
	}
	return err
}
