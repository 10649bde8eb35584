// Package plugin is a gqlgen plugin: it writes what package exec has to know of a schema, beside the generated executor. It knows
// gqlgen's model of the schema, and emits code that calls what gqlgen emits.
package plugin

import (
	_ "embed"
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed table.gotpl
var table string

// Plugin writes the table. It implements gqlgen's plugin.Plugin and plugin.CodeGenerator.
type Plugin struct {
	file  string
	gates []string
}

// New returns a plugin that writes a file of the package of the generated executor. Gates are those directives of fields that
// only let pass or refuse, as [exec.Field.Gates] demands; a field with any other is left to the generated executor.
func New(file string, gates ...string) *Plugin { return &Plugin{file, gates} }

// Name implements plugin.Plugin.
func (*Plugin) Name() string { return "exec" }

// GenerateCode implements plugin.CodeGenerator.
func (p *Plugin) GenerateCode(data *codegen.Data) error {
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        filepath.Join(data.Config.Exec.Dir(), p.file),
		Template:        table,
		Data:            &build{data: data, gates: p.gates, families: families(data)},
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		PruneOptions:    data.Config.GetPruneOptions(),
	})
}

// build is what the template is about.
type build struct {
	data     *codegen.Data
	gates    []string
	families map[string]string // By "type.field".
}

// Objects are the object types that operations meet; those of introspection and of subscriptions are left to the generated executor.
func (b *build) Objects() (objects []*object) {
	for _, o := range b.data.Objects {
		if !o.IsReserved() && !o.Stream {
			objects = append(objects, &object{o, b})
		}
	}
	return objects
}

// Abstracts are the interfaces and unions, by name.
func (b *build) Abstracts() (abstracts []*codegen.Interface) {
	for _, a := range b.data.Interfaces {
		abstracts = append(abstracts, a)
	}
	slices.SortFunc(abstracts, func(a, b *codegen.Interface) int { return strings.Compare(a.Name, b.Name) })
	return abstracts
}

// Concrete are the object types among the implementors of an interface, in the order in which they are tried.
func (*build) Concrete(a *codegen.Interface) (concrete []codegen.InterfaceImplementor) {
	for _, i := range a.Implementors {
		if i.Kind == ast.Object {
			concrete = append(concrete, i)
		}
	}
	return concrete
}

// Possible are the names of object types of an interface, each once: one may be met as a value and as a pointer.
func (b *build) Possible(a *codegen.Interface) (names []string) {
	for _, i := range b.Concrete(a) {
		if !slices.Contains(names, i.Name) {
			names = append(names, i.Name)
		}
	}
	return names
}

// Position is where an implementor stands among the possible types.
func (b *build) Position(a *codegen.Interface, name string) int {
	return slices.Index(b.Possible(a), name)
}

// Enums are the enums whose values gqlgen.yml binds, by the name of their append function.
func (b *build) Enums() (enums []enum) {
	known := map[string]bool{}
	for _, ref := range b.data.ReferencedTypes {
		if e, ok := enumOf(ref); ok && !known[e.Func] {
			known[e.Func] = true
			enums = append(enums, e)
		}
	}
	slices.SortFunc(enums, func(a, b enum) int { return strings.Compare(a.Func, b.Func) })
	return enums
}

// Inputs are the input types that gqlgen reads by name.
func (b *build) Inputs() (names []string) {
	for _, in := range b.data.Inputs {
		if !in.HasUnmarshal() && !in.IsMap() {
			names = append(names, in.Name)
		}
	}
	return names
}

// families finds, for each field of an object type, the interface that it comes from, if any: of several the first that has the field.
func families(data *codegen.Data) map[string]string {
	found := map[string]string{}
	for _, o := range data.Objects {
		for _, f := range o.Fields {
			family := o.Name
			for _, i := range o.Implements {
				if i.Kind == ast.Interface && i.Fields.ForName(f.Name) != nil {
					family = i.Name
					break
				}
			}
			found[o.Name+"."+f.Name] = family
		}
	}
	return found
}

// object is an object type.
type object struct {
	*codegen.Object
	b *build
}

// All are the fields of the type.
func (o *object) All() (fields []*field) {
	for _, f := range o.Fields {
		if !f.IsReserved() {
			fields = append(fields, &field{Field: f, o: o})
		}
	}
	return fields
}

// field is a field of an object type.
type field struct {
	*codegen.Field
	o *object
}

// Family is what [exec.Field.Family] says.
func (f *field) Family() string { return f.o.b.families[f.o.Name+"."+f.Name] }

// Of is the composite type that the field leads to, or "".
func (f *field) Of() string {
	if f.isLeaf() {
		return ""
	}
	return f.TypeReference.Definition.Name
}

func (f *field) isLeaf() bool { return f.TypeReference.Definition.IsLeafType() }

// IsList is for lists of objects.
func (f *field) IsList() bool { return !f.isLeaf() && f.TypeReference.GQL.Elem != nil }

// ItemNonNull is for lists of objects.
func (f *field) ItemNonNull() bool { return f.IsList() && f.TypeReference.GQL.Elem.NonNull }

// Unsupported says why the field is left to the generated executor, or "".
func (f *field) Unsupported() string {
	switch {
	case f.isPeculiar():
		return "a value that is found in a way of its own"
	case f.IsMethod() && (f.MethodHasContext || !f.NoErr || len(f.Args) > 0):
		return "a method with a context, an error or arguments"
	case f.IsResolver && !f.IsBatch() && !f.o.Root:
		return "a resolver that is not a batch resolver"
	case f.isLeaf():
		return f.unsupportedLeaf()
	}
	return f.unsupportedObjects()
}

func (f *field) isPeculiar() bool {
	ref := f.TypeReference
	return ref.IsPtrToPtr() || ref.IsPtrToIntf() || ref.IsRoot || f.HasHaser || f.VOkFunc || f.IsMap() || f.HasFederationRequiresArg()
}

func (f *field) unsupportedLeaf() string {
	if _, err := leafOf(f.TypeReference, "v"); err != nil {
		return err.Error()
	}
	return f.unsupportedDirective()
}

func (f *field) unsupportedObjects() string {
	switch ref := f.TypeReference; {
	case f.IsList() && (ref.GQL.Elem.Elem != nil || !ref.IsSlice()):
		return "a list of lists of objects"
	case f.IsResolver && !ref.IsNilable():
		return "a resolver of objects that are no pointers"
	case !f.IsResolver && len(f.ImplDirectives()) > 0:
		return "a directive on objects that need no resolver"
	}
	return f.unsupportedDirective()
}

func (f *field) unsupportedDirective() string {
	for _, d := range f.ImplDirectives() {
		if !slices.Contains(f.o.b.gates, d.Name) {
			return "the directive @" + d.Name
		}
	}
	return ""
}

// Access is the expression of what the object holds.
func (f *field) Access() string {
	if f.IsMethod() {
		return "o." + f.GoFieldName + "()"
	}
	return "o." + f.GoFieldName
}

// Append is the method AppendX(b []byte) []byte beside the method X that answers the field, if there is one: it appends the JSON, null
// where that is the value.
func (f *field) Append() string {
	if !f.IsMethod() || !f.isLeaf() {
		return ""
	}
	name := "Append" + f.GoFieldName
	found, _, _ := types.LookupFieldOrMethod(f.o.Reference(), true, nil, name)
	if method, ok := found.(*types.Func); !ok || !types.Identical(method.Signature().Underlying(), appends) {
		return ""
	}
	return name
}

// appends is the type of functions that append to bytes: func([]byte) []byte.
var appends = func() *types.Signature {
	b := types.NewTuple(types.NewParam(token.NoPos, nil, "", types.NewSlice(types.Typ[types.Byte])))
	return types.NewSignatureType(nil, nil, nil, b, b, false)
}()

// Leaf is the body of a function that appends the field, or what a resolver returned for it, given as v.
func (f *field) Leaf() (string, error) { return leafOf(f.TypeReference, "v") }

// Gates are the directives of the field, the outermost first.
func (f *field) Gates() []*codegen.Directive {
	gates := slices.Clone(f.ImplDirectives())
	slices.Reverse(gates)
	return gates
}

// GateArgs are the arguments of a gate: expressions that are worked out once.
func (*field) GateArgs(d *codegen.Directive) (args []string) {
	for _, a := range d.Args {
		value := a.Value
		if value == nil {
			value = a.Default
		}
		if value == nil {
			args = append(args, fmt.Sprintf("*new(%s)", templates.CurrentImports.LookupType(a.TypeReference.GO)))
			continue
		}
		args = append(args, fmt.Sprintf("execMust(ec.%s(context.Background(), %s))", a.TypeReference.UnmarshalFunc(), templates.Dump(value)))
	}
	return args
}

// Item is how an item of a list is handed over.
func (f *field) Item() string {
	if f.TypeReference.Elem().IsNilable() {
		return "execItem(v[i])"
	}
	return "&v[i]"
}
