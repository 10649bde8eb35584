package document_test

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"
)

// writer writes random documents over the real schema. They fit it, but for fields that may conflict.
type writer struct {
	*rapid.T
	text      strings.Builder
	fragments []string // Definitions.
	names     []string // Of fragments that may be spread, by index the type in on.
	on        []string
	pages     []string // Values for page sizes.
	aliases   []string // To choose from; without any, each field has one of its own.
	fields    int
}

// anOperation draws a query and its fragments.
func anOperation(t *rapid.T, pages, aliases []string) string {
	w := &writer{T: t, pages: pages, aliases: aliases}
	w.set(schema.Query, 6)
	return w.text.String() + strings.Join(w.fragments, "")
}

func (w *writer) int(from, to int, label string) int {
	return rapid.IntRange(from, to).Draw(w.T, label)
}

// set writes a selection set on a type, at most depth levels deep.
func (w *writer) set(on *ast.Definition, depth int) {
	w.text.WriteByte('{')
	for range w.int(1, 4, "selections") {
		w.selection(on, depth)
		w.text.WriteByte(' ')
	}
	w.text.WriteByte('}')
}

func (w *writer) selection(on *ast.Definition, depth int) {
	switch kind := w.int(0, 9, "kind"); {
	case kind == 0 && depth > 0:
		w.text.WriteString("...")
		w.set(on, depth-1)
	case kind == 1 && depth > 0 && on.IsAbstractType():
		concrete := rapid.SampledFrom(schema.GetPossibleTypes(on)).Draw(w.T, "concrete")
		w.text.WriteString("...on " + concrete.Name)
		w.set(concrete, depth-1)
	case kind == 2 && depth > 0:
		w.spread(on, depth)
	case kind == 3:
		w.text.WriteString("__typename")
	default:
		w.field(on, depth)
	}
}

// spread writes a new fragment, or one that was written for the type before.
func (w *writer) spread(on *ast.Definition, depth int) {
	for i, name := range w.names {
		if w.on[i] == on.Name && w.int(0, 1, "again") == 0 {
			w.text.WriteString("..." + name)
			return
		}
	}
	outside := w.text.String()
	w.text.Reset()
	w.set(on, depth-1)
	name := fmt.Sprintf("F%d", len(w.names))
	w.fragments = append(w.fragments, " fragment "+name+" on "+on.Name+w.text.String())
	w.names, w.on = append(w.names, name), append(w.on, on.Name)
	w.text.Reset()
	w.text.WriteString(outside + "..." + name)
}

func (w *writer) field(on *ast.Definition, depth int) {
	fields := allowed(on, depth)
	if len(fields) == 0 {
		w.text.WriteString("__typename")
		return
	}
	f := rapid.SampledFrom(fields).Draw(w.T, "field")
	switch {
	case len(w.aliases) == 0: // No two fields may conflict.
		w.fields++
		fmt.Fprintf(&w.text, "a%d:", w.fields)
	case w.int(0, 2, "alias") == 0:
		w.text.WriteString(rapid.SampledFrom(w.aliases).Draw(w.T, "alias") + ":")
	}
	w.text.WriteString(f.Name)
	w.arguments(f)
	if of := schema.Types[f.Type.Name()]; of.IsCompositeType() {
		w.set(of, depth-1)
	}
}

// allowed are the fields that can be asked for without arguments but those that arguments writes.
func allowed(on *ast.Definition, depth int) (fields ast.FieldList) {
	for _, f := range on.Fields {
		isLeaf := !schema.Types[f.Type.Name()].IsCompositeType()
		isReserved := strings.HasPrefix(f.Name, "__") || f.Name == "aiService"
		if !isReserved && (isLeaf || depth > 0) {
			fields = append(fields, f)
		}
	}
	return fields
}

func (w *writer) arguments(f *ast.FieldDefinition) {
	var written []string
	for _, name := range []string{"first", "last", "pageSize"} {
		if f.Arguments.ForName(name) != nil && w.int(0, 2, "page") == 0 {
			written = append(written, name+":"+rapid.SampledFrom(w.pages).Draw(w.T, "size"))
		}
	}
	switch {
	case f.Arguments.ForName("ids") != nil:
		written = append(written, "ids:["+strings.Repeat(`"x" `, w.int(0, 5, "ids"))+"]")
	case f.Arguments.ForName("id") != nil:
		written = append(written, `id:"x"`)
	}
	if len(written) > 0 {
		w.text.WriteString("(" + strings.Join(written, " ") + ")")
	}
}
