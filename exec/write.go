package exec

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
)

// writer writes what was resolved. It meets objects in the order in which run.visit did, so that the entries of a slot need no
// key. Errors are kept until all is written: they are told in the order of the response.
type writer struct {
	*run
	ctx     context.Context //nolint:containedctx // That of the response, which errors are told to.
	asking  *recalling      // The same for gates. Nil before one was asked.
	b       []byte
	stack   []step // Where the writer is.
	scratch []any  // Items of the lists that it is in.
	errs    []trouble
	guarded bool // Every function of the table is called with a recover of its own.
	limit   int  // Of bytes.
	isFull  bool // More were written: no field is written any more.
}

// step is one step down into the response: into a field, and, in a list, to an item.
type step struct {
	f    *field
	item int // -1 outside of a list.
}

// trouble is an error to tell, or a null where there must not be one.
type trouble struct {
	ctx         context.Context //nolint:containedctx // Of the field.
	err         error
	isNull      bool
	isMarshaled bool
	declared    string
}

// write returns the data of the response. Code of types that panics is found by writing again, guarded.
func (r *run) write(ctx context.Context, b []byte) []byte {
	w := &r.out
	w.run, w.ctx, w.b = r, ctx, b
	if !w.attempt() {
		w.restart(b)
		w.root()
	}
	if w.fills() {
		return append(b[:0], "null"...)
	}
	for _, t := range w.errs {
		t.tell(r.oc)
	}
	return w.b
}

func (w *writer) attempt() (ok bool) {
	defer func() { ok = recover() == nil }()
	w.root()
	return
}

func (w *writer) restart(b []byte) {
	w.b, w.stack, w.scratch, w.errs, w.guarded, w.isFull = b[:len(b):cap(b)], w.stack[:0], w.scratch[:0], nil, true, false
	for i := range w.slots {
		w.slots[i].written = 0
	}
}

// reset lets go of the response, and keeps the room for the way down into it.
func (w *writer) reset() {
	if cap(w.scratch) > maxEntries || w.guarded { // Where code panicked, items were left behind.
		w.scratch = nil
	}
	clear(w.stack[:cap(w.stack)])
	*w = writer{stack: w.stack[:0], scratch: w.scratch[:0]}
}

func (w *writer) root() {
	if !w.fields(w.plan.root, nil) {
		w.b = append(w.b, "null"...)
	}
}

// fields writes an object, or nothing where a null in it makes it null as a whole. It goes on to the end in any case: what
// stands behind is passed in the slots, and its errors are told. Only where the response is too large as a whole it stops.
func (w *writer) fields(s *set, object any) bool {
	b, isValid := w.b, true
	start := len(b)
	for _, f := range s.written {
		if len(b) > w.limit || w.isFull {
			w.b, w.isFull = b, true
			return false
		}
		b = append(b, f.key...)
		if f.plain != nil && !w.guarded {
			more, err := f.plain(b, object)
			switch {
			case err == nil:
				b = more
				continue
			case err == ErrNull && !f.def.NonNull: //nolint:errorlint // The usual case of those that unwritten sees to.
				b = append(b, "null"...)
				continue
			}
			w.b = b
			isValid = w.unwritten(f, err) && isValid
		} else {
			w.b = b
			isValid = w.field(f, object) && isValid
		}
		b = w.b
	}
	w.b = b
	switch {
	case w.fills():
		return false
	case !isValid:
		w.b = b[:start]
		return false
	}
	w.b = append(w.b, s.tail...)
	return true
}

// field writes a field that is not plain.
func (w *writer) field(f *field, object any) bool {
	if f.rel != nil {
		return w.resolved(f)
	}
	return w.held(f, object)
}

// fills reports whether more was written than may be. That stays so, though objects that do not stand are taken back.
func (w *writer) fills() bool {
	w.isFull = w.isFull || len(w.b) > w.limit
	return w.isFull
}

// null writes null, and reports whether it may stand there.
func (w *writer) null(f *field) bool {
	w.b = append(w.b, "null"...)
	return !f.def.NonNull
}

// missing is null for what should have had a value, if it must have one.
func (w *writer) missing(f *field, err error) bool {
	if f.def.NonNull {
		w.trouble(trouble{ctx: w.at(f), isNull: true, isMarshaled: errors.Is(err, errNullMarshaler), declared: f.def.Declared})
	}
	return w.null(f)
}

func (w *writer) trouble(t trouble) { w.errs = append(w.errs, t) }

// held writes a field that the object holds.
func (w *writer) held(f *field, object any) bool {
	if w.guarded {
		return w.recovering(f, func() bool { return w.open(f, object) })
	}
	return w.open(f, object)
}

// open writes a field that the object holds, unless a gate keeps it.
func (w *writer) open(f *field, object any) bool {
	if len(f.def.Gates) > 0 {
		if err, ok := w.passes(f, object); !ok {
			if err != nil {
				ctx := w.at(f)
				w.trouble(trouble{ctx: ctx, err: graphql.AddFieldLocationToError(ctx, own(err))})
				return w.null(f)
			}
			return w.missing(f, nil)
		}
	}
	switch {
	case f.def.Leaf != nil:
		return w.leaf(f, f.def.Leaf, object)
	case f.def.IsList:
		return w.list(f, f.def.Many, object)
	}
	return w.one(f, f.def.One(object))
}

func (w *writer) passes(f *field, object any) (error, bool) { //nolint:revive // The error is what the client gets, not one of ours.
	if w.asking == nil {
		w.asking = &recalling{Context: w.ctx}
	}
	for _, gate := range f.def.Gates {
		result, err := gate(w.asking, object, admit)
		if err != nil || result != any(admitted{}) {
			return err, false
		}
	}
	return nil, true
}

// resolved writes the next entry of a field that a resolver was asked for.
func (w *writer) resolved(f *field) bool {
	s := &w.slots[f.rel.index]
	i := s.written
	s.written++
	if s.replaced {
		return w.given(f, s.values[i])
	}
	if s.failures != nil && s.failures[i].err != nil {
		return w.failed(f, s.failures[i])
	}
	if w.guarded {
		return w.recovering(f, func() bool { return w.value(f, s.values[i]) })
	}
	return w.value(f, s.values[i])
}

func (w *writer) value(f *field, value any) bool {
	switch {
	case value == nil:
		return w.missing(f, nil)
	case f.def.Value != nil:
		return w.leaf(f, f.def.Value, value)
	case f.def.IsList:
		return w.list(f, f.def.List, value)
	}
	return w.one(f, value)
}

func (w *writer) leaf(f *field, leaf Leaf, value any) bool {
	b, err := leaf(w.b, value)
	if err == nil {
		w.b = b
		return true
	}
	return w.unwritten(f, err)
}

// unwritten writes null for a leaf that is null, or that could not be written.
func (w *writer) unwritten(f *field, err error) bool {
	if errors.Is(err, ErrNull) || errors.Is(err, errNullMarshaler) {
		return w.missing(f, err)
	}
	w.trouble(trouble{ctx: w.at(f), err: err})
	w.b = append(w.b, "null"...)
	return true
}

func (w *writer) one(f *field, object any) bool {
	if object == nil {
		return w.missing(f, nil)
	}
	s, object := f.to.of(object)
	if s == nil {
		return w.null(f)
	}
	w.stack = append(w.stack, step{f, -1})
	isValid := w.fields(s, object)
	w.stack = w.stack[:len(w.stack)-1]
	return isValid || w.null(f)
}

func (w *writer) list(f *field, items Items, of any) bool {
	from := len(w.scratch)
	var isNil bool
	if w.scratch, isNil = items(of, w.scratch); isNil && !f.def.NonNull {
		return w.null(f)
	}
	to := len(w.scratch)
	start, isValid := len(w.b), true
	w.b = append(w.b, '[')
	w.stack = append(w.stack, step{f, 0})
	for i := range to - from {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.stack[len(w.stack)-1].item = i
		isValid = w.item(f, w.scratch[from+i]) && isValid
	}
	w.stack = w.stack[:len(w.stack)-1]
	clear(w.scratch[from:])
	w.scratch = w.scratch[:from]
	w.b = append(w.b, ']')
	if !isValid {
		w.b = w.b[:start]
		return w.null(f)
	}
	return true
}

// item writes an item of a list, or null, and reports whether the list may stand.
func (w *writer) item(f *field, object any) bool {
	if object == nil {
		w.b = append(w.b, "null"...)
		if f.def.ItemNonNull {
			w.trouble(trouble{ctx: w.at(nil), isNull: true, declared: f.def.item()})
		}
		return !f.def.ItemNonNull
	}
	s, object := f.to.of(object)
	if s == nil || !w.fields(s, object) {
		w.b = append(w.b, "null"...)
		return !f.def.ItemNonNull
	}
	return true
}

// item is the type of the items of a list.
func (f *Field) item() string {
	declared := f.Declared
	if f.NonNull {
		declared = declared[:len(declared)-1]
	}
	return declared[1 : len(declared)-1]
}

// given writes what root middleware gave.
func (w *writer) given(f *field, value any) bool {
	m, _ := value.(graphql.Marshaler)
	if m == nil || m == graphql.Null || m == graphql.RequiredNull {
		w.b = append(w.b, "null"...)
		return !f.def.NonNull && m != graphql.RequiredNull
	}
	out := sink{w.b}
	m.MarshalGQL(&out)
	w.b = out.b
	return true
}

// failed tells why there is no value.
func (w *writer) failed(f *field, why failure) bool {
	ctx := w.at(f)
	t := trouble{ctx: ctx, err: own(why.err)}
	switch why.how {
	case denied:
		t.err = graphql.AddFieldLocationToError(ctx, t.err)
	case misgiven: // The arguments are read again here: their errors have paths.
		if _, err := w.args(ctx, f); err != nil {
			t.err = err
		}
	case batched:
		t.err = parentError{t.err, w.parentIndex()}
	}
	w.trouble(t)
	if why.how == batched {
		return w.missing(f, nil)
	}
	return w.null(f)
}

// parentError is the error of a batch resolver, for the object with an index.
type parentError struct {
	error
	index int
}

func (w *writer) parentIndex() int {
	if n := len(w.stack); n > 0 && w.stack[n-1].item >= 0 {
		return w.stack[n-1].item
	}
	return 0
}

func (t trouble) tell(oc *graphql.OperationContext) {
	batch, isBatch := t.err.(parentError) //nolint:errorlint // It is ours, and nobody wraps it.
	switch {
	case t.isMarshaled:
		graphql.AddInvalidNullFromMarshaler(t.ctx, t.declared)
	case t.isNull:
		graphql.AddInvalidNullError(t.ctx, t.declared)
	case isBatch:
		graphql.AddBatchError(t.ctx, batch.index, batch.error)
	default:
		oc.Error(t.ctx, t.err)
	}
}

// recovering makes a panic of the code of a type an error of its field.
func (w *writer) recovering(f *field, write func() bool) (isValid bool) {
	start, depth, scratch := len(w.b), len(w.stack), len(w.scratch)
	defer func() {
		if cause := recover(); cause != nil {
			w.b, w.stack, w.scratch = w.b[:start], w.stack[:depth], w.scratch[:scratch]
			ctx := w.at(f)
			w.trouble(trouble{ctx: ctx, err: w.oc.Recover(ctx, cause)})
			isValid = w.null(f)
		}
	}()
	return write()
}

// at is the context of a field where the writer is, or, for nil, of where it is: with the path from the root, indices and all.
func (w *writer) at(f *field) context.Context {
	above := &graphql.FieldContext{Object: w.plan.root.object.Name, Parent: graphql.GetFieldContext(w.ctx)}
	down := func(fc graphql.FieldContext) {
		fc.Parent = above
		above = &fc
	}
	for _, s := range w.stack {
		down(contextOf(s.f))
		if item := s.item; item >= 0 {
			down(graphql.FieldContext{Index: &item})
		}
	}
	if f != nil {
		down(contextOf(f))
	}
	return within(w.ctx, above)
}
