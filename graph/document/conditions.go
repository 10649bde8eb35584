package document

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// checkConditions refuses null for a variable that decides about selections: one that has a default may stand for a Boolean!, and then null is
// an error (https://spec.graphql.org/October2021/#sec-All-Variable-Usages-are-Allowed) before there is a field to have it.
func checkConditions(operation *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	var nulls []string
	for _, definition := range operation.VariableDefinitions {
		if value, isGiven := variables[definition.Variable]; isGiven && value == nil && definition.Type.NamedType == "Boolean" {
			nulls = append(nulls, definition.Variable)
		}
	}
	if nulls == nil {
		return nil
	}
	w := conditions{nulls: nulls, seen: map[*ast.FragmentDefinition]bool{}}
	if name := w.inSet(operation.SelectionSet); name != "" {
		return refusal(domain.ValidationFailed, "$%s is null, and decides whether something is selected", shortened(name, maxMessage/2))
	}
	return nil
}

// conditions looks for variables that are null in the arguments of @skip and @include.
type conditions struct {
	nulls []string
	seen  map[*ast.FragmentDefinition]bool
}

func (w conditions) inSet(selections ast.SelectionSet) (name string) {
	for _, selection := range selections {
		var directives ast.DirectiveList
		var below ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			directives, below = s.Directives, s.SelectionSet
		case *ast.InlineFragment:
			directives, below = s.Directives, s.SelectionSet
		case *ast.FragmentSpread:
			if directives = s.Directives; !w.seen[s.Definition] {
				w.seen[s.Definition] = true
				below = s.Definition.SelectionSet
			}
		}
		if name = w.inDirectives(directives); name == "" {
			name = w.inSet(below)
		}
		if name != "" {
			return name
		}
	}
	return ""
}

func (w conditions) inDirectives(list ast.DirectiveList) string {
	for _, d := range list {
		if condition := d.Arguments.ForName("if"); condition != nil && condition.Value.Kind == ast.Variable && slices.Contains(w.nulls, condition.Value.Raw) {
			return condition.Value.Raw
		}
	}
	return ""
}
