package document

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// introspection counts the fields that answers to __schema and __type would have. It goes the way that the executor would
// go, and stops when nothing is left: so counting is cheap, whatever is asked for.
type introspection struct {
	schema *ast.Schema
	left   int
}

// count is how many fields the answer to a field of introspection has, or enough to be too many.
func (w *introspection) count(f *ast.Field, variables map[string]any) int {
	before := w.left
	if f.Name == "__schema" {
		w.set(f.SelectionSet, w.schema)
	} else {
		w.set(f.SelectionSet, w.schema.Types[typeName(f, variables)])
	}
	return before - w.left + 1
}

func typeName(f *ast.Field, variables map[string]any) string {
	argument := f.Arguments.ForName("name")
	if argument == nil {
		return ""
	}
	if argument.Value.Kind == ast.Variable {
		name, _ := variables[argument.Value.Raw].(string)
		return name
	}
	return argument.Value.Raw
}

// set counts what a selection set asks of a part of the schema.
func (w *introspection) set(selections ast.SelectionSet, of any) {
	for _, selection := range selections {
		switch one := selection.(type) {
		case *ast.Field:
			w.field(one, of)
		case *ast.InlineFragment:
			w.set(one.SelectionSet, of)
		case *ast.FragmentSpread:
			w.set(one.Definition.SelectionSet, of)
		}
	}
}

func (w *introspection) field(f *ast.Field, of any) {
	if w.left <= 0 {
		return
	}
	w.left--
	if len(f.SelectionSet) == 0 {
		return
	}
	for _, part := range w.parts(f.Name, of) {
		w.set(f.SelectionSet, part)
	}
}

// parts is what a field of introspection holds.
func (w *introspection) parts(field string, of any) []any {
	switch o := of.(type) {
	case *ast.Schema:
		return partsOfSchema(field, o)
	case *ast.Definition:
		return w.partsOfType(field, o)
	case *ast.FieldDefinition:
		if field == "args" {
			return anys(o.Arguments)
		}
		return w.typed(o.Type)
	case *ast.ArgumentDefinition:
		return w.typed(o.Type)
	case *ast.DirectiveDefinition:
		return anys(o.Arguments)
	case *ast.Type: // A list, or what is not null.
		if o.NonNull {
			inner := *o
			inner.NonNull = false
			return w.typed(&inner)
		}
		return w.typed(o.Elem)
	}
	return nil
}

func partsOfSchema(field string, schema *ast.Schema) (parts []any) {
	switch field {
	case "queryType":
		return []any{schema.Query}
	case "mutationType":
		return []any{schema.Mutation}
	case "subscriptionType":
		return []any{schema.Subscription}
	case "types":
		for _, definition := range schema.Types {
			parts = append(parts, definition)
		}
	case "directives":
		for _, directive := range schema.Directives {
			parts = append(parts, directive)
		}
	}
	return parts
}

func (w *introspection) partsOfType(field string, of *ast.Definition) (parts []any) {
	if of == nil {
		return nil
	}
	switch field {
	case "fields", "inputFields":
		if (of.Kind == ast.InputObject) == (field == "inputFields") {
			return anys(slices.DeleteFunc(slices.Clone(of.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") }))
		}
	case "enumValues":
		return anys(of.EnumValues)
	case "possibleTypes":
		if of.IsAbstractType() {
			return anys(w.schema.GetPossibleTypes(of))
		}
	case "interfaces":
		for _, name := range of.Interfaces {
			parts = append(parts, w.schema.Types[name])
		}
	}
	return parts
}

// typed is the type of something: its definition where it has a name, itself where it wraps another.
func (w *introspection) typed(t *ast.Type) []any {
	switch {
	case t == nil:
		return nil
	case t.NamedType != "" && !t.NonNull:
		return []any{w.schema.Types[t.NamedType]}
	}
	return []any{t}
}

func anys[T any](list []T) []any {
	parts := make([]any, len(list))
	for i, one := range list {
		parts[i] = one
	}
	return parts
}
