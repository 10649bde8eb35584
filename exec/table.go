package exec

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// Table is what there is to know of a schema's types. The plugin writes it; nobody keeps one by hand.
type Table struct {
	Objects   []*Object
	Abstracts []*Abstract
	// Inputs is put into the context of every operation, as the generated executor does.
	Inputs func() *graphql.InputUnmarshalerIndex

	objects   map[string]*Object
	abstracts map[string]*Abstract
}

// Object is an object type.
type Object struct {
	Name       string
	Implements []string // Its own name and those of its interfaces and unions: what fragments may be on.
	Fields     []*Field

	fields map[string]*Field
}

// Abstract is an interface or a union.
type Abstract struct {
	Name string
	// Concrete returns the position among Possible of the type that a value has, and the value as the functions of that type
	// take it; -1 for a nil pointer. It panics for a value of another type, as the generated executor does.
	Concrete func(value any) (int, any)
	Possible []string
}

// Field is a field of an object type. Functions take the object as any: a pointer to the Go type, or a nilable one itself.
type Field struct {
	Name string
	// Why only the generated executor can do it; "" where this one can.
	Unsupported string
	// Family is the interface that first declares the field, or the object type: fields of one family are one relation.
	Family string
	// Of is the object, interface or union that the field leads to; "" for a leaf.
	Of string
	// Declared is the type as the schema spells it.
	Declared string
	// IsList is for lists of objects. Lists of leaves are written whole, by Leaf.
	IsList, NonNull, ItemNonNull bool
	IsMethod                     bool

	// One of these three reads what the object holds already.
	Leaf Leaf
	One  func(object any) any // Nil for null.
	Many Items

	// One of these two asks a resolver: Resolve for a field of a root, Batch for all objects at once. What comes is read by
	// Value, or by List, or is an object itself. Batch appends a result for each object to into.
	Resolve func(ctx context.Context, field *graphql.FieldContext) (any, error)
	Batch   func(ctx context.Context, objects []any, field *graphql.FieldContext, into []any) ([]any, error)
	Value   Leaf
	List    Items

	// Args reads the arguments. Nil where the field has none.
	Args func(ctx context.Context, raw map[string]any) (map[string]any, error)
	// Gates are the field's directives, the outermost first. Each either calls next and returns what that returned, or does not
	// call it and returns what the client gets instead; it must not depend on when or how often it is asked.
	Gates []Gate
}

// Gate is a directive of a field, its arguments bound.
type Gate func(ctx context.Context, object any, next graphql.Resolver) (any, error)

// Leaf appends what a field of an object, or a value, is in JSON. Where there is nothing it appends nothing and returns
// ErrNull; what it cannot write is another error.
type Leaf func(b []byte, object any) ([]byte, error)

// Items appends the items of a list, nil for those that are null, and reports whether the list itself is nil.
type Items func(object any, into []any) (items []any, isNil bool)

// isResolved reports whether a resolver is asked for the field.
func (f *Field) isResolved() bool { return f.Resolve != nil || f.Batch != nil }

func (t *Table) index() {
	t.objects = make(map[string]*Object, len(t.Objects))
	for _, o := range t.Objects {
		t.objects[o.Name] = o
		o.fields = make(map[string]*Field, len(o.Fields))
		for _, f := range o.Fields {
			o.fields[f.Name] = f
		}
	}
	t.abstracts = make(map[string]*Abstract, len(t.Abstracts))
	for _, a := range t.Abstracts {
		t.abstracts[a.Name] = a
	}
}
