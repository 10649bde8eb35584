package resolvers_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// operations writes random operations over the whole schema: aliases, fragments of every kind, fields that are merged, @skip and
// @include, variables with and without defaults, ids of everything and of nothing, pages that hold and that do not.
type operations struct {
	*rand.Rand
	text      strings.Builder
	fragments []string          // Definitions.
	spreads   map[string]string // The type that each named fragment is on.
	declared  []string          // Variables.
	variables map[string]any
	names     int // Of aliases and variables so far.
	fields    int // So far.
}

// anOperation is the operation of a seed.
func anOperation(seed uint64) (query string, variables map[string]any) {
	o := &operations{Rand: rand.New(rand.NewPCG(seed, 7)), spreads: map[string]string{}, variables: map[string]any{}}
	o.set(schema.Query, 6)
	head := "query"
	if len(o.declared) > 0 {
		head += "(" + strings.Join(o.declared, ", ") + ")"
	}
	return head + " " + o.text.String() + strings.Join(o.fragments, ""), o.variables
}

func (o *operations) one(in int) bool { return o.IntN(in) == 0 }

func pick[T any](o *operations, from []T) T { return from[o.IntN(len(from))] }

// maxOperation is the most fields that an operation is written with: lists within lists make many of each.
const maxOperation = 40

// set writes a selection set on a type, at most depth levels deep. Some of what it writes it writes again: fields are merged.
func (o *operations) set(on *ast.Definition, depth int) {
	o.text.WriteString("{ ")
	var before []string
	for range 1 + o.IntN(5) {
		if len(before) > 0 && o.one(8) {
			o.text.WriteString(pick(o, before))
			continue
		}
		start := o.text.Len()
		o.selection(on, depth)
		before = append(before, o.text.String()[start:])
	}
	o.text.WriteString("}")
}

func (o *operations) selection(on *ast.Definition, depth int) {
	switch kind := o.IntN(12); {
	case kind == 0 && depth > 0:
		o.text.WriteString("..." + o.directives() + " ")
		o.set(on, depth-1)
	case kind == 1 && depth > 0:
		o.text.WriteString("... on " + on.Name + o.directives() + " ")
		o.set(on, depth-1)
	case kind <= 5 && depth > 0 && on.IsAbstractType() && on != schema.Query:
		narrower := o.narrower(on)
		o.text.WriteString("... on " + narrower.Name + o.directives() + " ")
		o.set(narrower, depth-1)
	case kind == 6 && depth > 0:
		o.spread(on, depth)
	case kind == 7:
		o.text.WriteString("__typename" + o.directives())
	default:
		o.field(on, depth)
	}
	o.text.WriteByte(' ')
}

// narrower is a type that some objects of an interface are of.
func (o *operations) narrower(on *ast.Definition) *ast.Definition {
	possible := schema.GetPossibleTypes(on)
	return pick(o, slices.DeleteFunc(slices.Clone(possible), func(d *ast.Definition) bool { return d == on }))
}

// spread writes a new fragment, or one that was written for the type before.
func (o *operations) spread(on *ast.Definition, depth int) {
	for _, name := range slices.Sorted(maps.Keys(o.spreads)) {
		if o.spreads[name] == on.Name && o.one(2) {
			o.text.WriteString("..." + name + o.directives())
			return
		}
	}
	outside := o.text.String()
	o.text.Reset()
	o.set(on, depth-1)
	name := fmt.Sprintf("F%d", len(o.fragments))
	o.fragments = append(o.fragments, " fragment "+name+" on "+on.Name+" "+o.text.String())
	o.spreads[name] = on.Name
	o.text.Reset()
	o.text.WriteString(outside + "..." + name + o.directives())
}

func (o *operations) directives() string {
	if !o.one(6) {
		return ""
	}
	condition := pick(o, []string{"true", "false"})
	switch o.IntN(4) {
	case 0, 1:
		condition = o.variable("Boolean!", o.one(2))
	case 2: // A default lets it into the place of a Boolean!.
		condition = o.variable("Boolean = "+condition, o.one(2))
		if o.one(2) {
			delete(o.variables, condition[1:])
		}
	}
	return " " + pick(o, []string{"@skip", "@include"}) + "(if: " + condition + ")"
}

// variable declares a variable with a value, and returns its name.
func (o *operations) variable(of string, value any) string {
	o.names++
	name := fmt.Sprintf("v%d", o.names)
	o.declared = append(o.declared, fmt.Sprintf("$%s: %s", name, of))
	o.variables[name] = value
	return "$" + name
}

// field writes a field. One with arguments has a name of its own, so that no two conflict.
func (o *operations) field(on *ast.Definition, depth int) {
	fields := o.allowed(on, depth)
	if len(fields) == 0 {
		o.text.WriteString("__typename")
		return
	}
	f := pick(o, fields)
	o.fields++
	arguments := o.arguments(f)
	asked := f.Name + arguments
	if arguments != "" || o.one(5) || isAmbiguous(f) {
		o.names++
		asked = fmt.Sprintf("a%d: %s", o.names, asked)
	}
	o.text.WriteString(asked + o.directives())
	of := schema.Types[f.Type.Name()]
	if !of.IsCompositeType() {
		return
	}
	o.text.WriteByte(' ')
	o.set(of, depth-1)
	if o.one(6) { // The same field, of which something else is selected.
		o.text.WriteString(" " + asked + o.directives() + " ")
		o.set(of, depth-1)
	}
}

// isAmbiguous reports whether types differ about what a field of this name is.
func isAmbiguous(f *ast.FieldDefinition) bool {
	for _, d := range schema.Types {
		if other := d.Fields.ForName(f.Name); other != nil && d.Kind == ast.Object && other.Type.String() != f.Type.String() {
			return true
		}
	}
	return false
}

// allowed are the fields that may be asked for here: leaves where enough was asked for.
func (o *operations) allowed(on *ast.Definition, depth int) (fields ast.FieldList) {
	for _, f := range on.Fields {
		isLeaf := !schema.Types[f.Type.Name()].IsCompositeType()
		if !strings.HasPrefix(f.Name, "__") && (isLeaf || depth > 0 && o.fields < maxOperation) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (o *operations) arguments(f *ast.FieldDefinition) string {
	var written []string
	for _, a := range f.Arguments {
		mustBe := a.Type.NonNull && a.DefaultValue == nil
		if mustBe || o.one(4) {
			written = append(written, a.Name+": "+o.argument(f, a))
		}
	}
	if len(written) == 0 {
		return ""
	}
	return "(" + strings.Join(written, ", ") + ")"
}

// argument is a value for an argument, or a variable with one.
func (o *operations) argument(f *ast.FieldDefinition, a *ast.ArgumentDefinition) string {
	switch a.Name {
	case "id":
		return o.given("ID!", o.id(f))
	case "ids":
		ids := make([]string, o.IntN(6))
		for i := range ids {
			ids[i] = o.id(f)
		}
		return o.variable("[ID!]!", ids)
	case "first", "last", "page", "pageSize":
		return o.given(a.Type.String(), pick(o, []int{1, 2, 3, 3, 100, 0, 101, -1}))
	case "after", "before":
		return o.given("String", pick(o, []string{"", "nonsense"}))
	case "service":
		if o.one(4) {
			return o.variable("Service!", "FLUX")
		}
		return pick(o, []string{"FLUX", "MIDJOURNEY", "DREAMWORK"})
	case "includeInactive":
		return o.given("Boolean!", o.one(2))
	case "orderBy":
		return pick(o, []string{"{}", "{direction: ASC}", "null"})
	case "filter":
		return o.filter(a)
	}
	panic("say what to give for " + f.Name + "." + a.Name)
}

func (o *operations) filter(a *ast.ArgumentDefinition) string {
	known := map[string][]string{
		"UserFilter":          {"{role: ADMIN}", `{search: "a"}`, "{createdAfter: 7}", `{createdBefore: "2026-03-03T00:00:00Z"}`},
		"TaskFilter":          {"{service: FLUX}", "{status: SUCCEEDED}", `{userId: "` + globalID("User", "bob") + `"}`, `{userId: "x"}`},
		"UserTaskFilter":      {"{service: FLUX}", "{status: SUCCEEDED}"},
		"ChatFilter":          {"{archived: true}", "{archived: false}", "{}"},
		"GeneratedFileFilter": {"{service: FLUX}", "null"},
	}
	return pick(o, known[a.Type.Name()])
}

// given spells a value, or a variable with the value, or one with it for a default; or, where there need be none, one that is null or not given.
func (o *operations) given(of string, value any) string {
	spelt := fmt.Sprint(value)
	if text, ok := value.(string); ok {
		spelt = fmt.Sprintf("%q", text)
	}
	switch o.IntN(5) {
	case 0:
		return o.variable(of, value)
	case 1:
		if strings.HasSuffix(of, "!") {
			break
		}
		name := o.variable(of, nil)
		if o.one(2) {
			delete(o.variables, name[1:])
		}
		return name
	case 2:
		o.names++
		o.declared = append(o.declared, fmt.Sprintf("$v%d: %s = %s", o.names, of, spelt))
		return fmt.Sprintf("$v%d", o.names)
	}
	return spelt
}

// id is the id of an object of the type that a field leads to; now and then of nothing, or of another type.
func (o *operations) id(f *ast.FieldDefinition) string {
	switch o.IntN(12) {
	case 0:
		return "nonsense"
	case 1:
		return globalID("User", "nobody")
	case 2:
		return pick(o, worldIDs("Node"))
	}
	return pick(o, worldIDs(f.Type.Name()))
}
