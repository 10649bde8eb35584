package document

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// reportUnknownTypes is the rule of https://spec.graphql.org/October2021/#sec-Fragment-Spread-Type-Existence, and of the types of
// variables. gqlparser's own suggests what is alike in the order of a map, another each time, and for definitions of fragments alone.
func reportUnknownTypes(events *core.Events, report core.AddErrFunc) {
	check := func(walker *core.Walker, name string, at *ast.Position) {
		if name == "" || walker.Schema.Types[name] != nil {
			return
		}
		known := slices.Sorted(maps.Keys(walker.Schema.Types))
		report(core.Message("Unknown type %q.", name), core.SuggestListQuoted("Did you mean", name, known), core.At(at))
	}
	events.OnVariable(func(w *core.Walker, v *ast.VariableDefinition) { check(w, v.Type.Name(), v.Position) })
	events.OnInlineFragment(func(w *core.Walker, f *ast.InlineFragment) { check(w, f.TypeCondition, f.Position) })
	events.OnFragment(func(w *core.Walker, f *ast.FragmentDefinition) { check(w, f.TypeCondition, f.Position) })
}
