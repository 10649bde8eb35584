package document

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// survey is what stands in the text of a document, each thing counted where it is written: fragments are not expanded.
type survey struct {
	reach
	parts     int  // Selections, values and definitions: what decides how much memory the document takes.
	repeats   bool // Two fragments have one name.
	longest   int  // Bytes of the longest name or number.
	variables int  // Of the operation that defines the most.
	values    int
	deepest   int  // Lists and objects within each other.
	items     int  // Of the longest list.
	isTooBig  bool // A number has no 64-bit value.
	halves    bool // A string has half of a surrogate pair.
}

func surveyDocument(doc *ast.QueryDocument) *survey {
	s := &survey{reach: reach{map[string]*ast.FragmentDefinition{}, map[string][]string{}, map[string]int{}}}
	for _, fragment := range doc.Fragments {
		s.repeats = s.repeats || s.fragments[fragment.Name] != nil
		s.fragments[fragment.Name] = fragment
		s.parts++
		s.names(fragment.Name, fragment.TypeCondition)
		s.definitions(fragment.VariableDefinition)
		s.directives(fragment.Directives)
		s.set(fragment.Name, fragment.SelectionSet)
	}
	for i, operation := range doc.Operations {
		s.parts++
		s.names(operation.Name)
		s.definitions(operation.VariableDefinitions)
		s.directives(operation.Directives)
		s.set(operationKey(i), operation.SelectionSet)
	}
	return s
}

// operationKey is a key that no fragment can have.
func operationKey(i int) string { return strconv.Itoa(i) }

// check refuses what is beyond the limits. After it, fragments may be taken for trees: none is within itself.
func (s *survey) check(l Limits) *gqlerror.Error {
	switch {
	case s.longest > maxName:
		return refusal(domain.ValidationFailed, "names and numbers have at most %d characters", maxName)
	case s.variables > l.Variables:
		return refusal(domain.TooManyVariables, "at most %d variables", l.Variables)
	case s.values > l.Values:
		return refusal(domain.TooManyValues, "at most %d values in arguments", l.Values)
	case s.items > l.ListItems:
		return tooLong(l)
	case s.deepest > l.ValueDepth:
		return refusal(domain.ValuesTooDeep, "at most %d lists and objects within each other", l.ValueDepth)
	case s.isTooBig:
		return refusal(domain.ValidationFailed, "a number is out of range")
	case s.halves:
		return refusal(domain.ParseFailed, "a string has half of a surrogate pair")
	case s.repeats:
		return refusal(domain.ValidationFailed, "two fragments have the same name")
	case s.hasCircle():
		return refusal(domain.ValidationFailed, "a fragment is spread within itself")
	case s.isLong(visitsPerField * (l.Fields + l.Introspection)):
		return refusal(domain.TooManyFields, "the operations and fragments hold too many fields together")
	}
	return nil
}

func tooLong(l Limits) *gqlerror.Error {
	return refusal(domain.ListTooLong, "at most %d items in a list", l.ListItems)
}

func (s *survey) names(names ...string) {
	for _, name := range names {
		s.longest = max(s.longest, len(name))
	}
}

func (s *survey) set(within string, selections ast.SelectionSet) {
	s.own[within] += len(selections)
	s.parts += len(selections)
	for _, selection := range selections {
		switch one := selection.(type) {
		case *ast.Field:
			s.names(one.Alias, one.Name)
			s.arguments(one.Arguments)
			s.directives(one.Directives)
			s.set(within, one.SelectionSet)
		case *ast.InlineFragment:
			s.names(one.TypeCondition)
			s.directives(one.Directives)
			s.set(within, one.SelectionSet)
		case *ast.FragmentSpread:
			s.names(one.Name)
			s.directives(one.Directives)
			s.spreads[within] = append(s.spreads[within], one.Name)
		}
	}
}

func (s *survey) directives(list ast.DirectiveList) {
	s.parts += len(list)
	for _, directive := range list {
		s.names(directive.Name)
		s.arguments(directive.Arguments)
	}
}

func (s *survey) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		s.names(argument.Name)
		s.value(argument.Value, 0)
	}
}

func (s *survey) definitions(list ast.VariableDefinitionList) {
	s.variables = max(s.variables, len(list))
	s.parts += len(list)
	for _, variable := range list {
		s.names(variable.Variable, variable.Type.Name())
		s.directives(variable.Directives)
		s.value(variable.DefaultValue, 0)
	}
}

func (s *survey) value(v *ast.Value, depth int) {
	if v == nil {
		return
	}
	s.parts++
	s.values, s.deepest = s.values+1, max(s.deepest, depth)
	switch v.Kind {
	case ast.ListValue:
		s.items = max(s.items, len(v.Children))
	case ast.BlockValue:
	case ast.StringValue: // The lexer reads half of a pair as U+FFFD; which text has that by itself is seldom the question.
		s.halves = s.halves || strings.ContainsRune(v.Raw, utf8.RuneError) && HasHalfSurrogate(v.Position.Src.Input)
	case ast.IntValue, ast.FloatValue:
		s.names(v.Raw)
		s.isTooBig = s.isTooBig || len(v.Raw) <= maxName && !hasValue(v)
	default:
		s.names(v.Raw)
	}
	for _, child := range v.Children {
		s.names(child.Name)
		s.value(child.Value, depth+1)
	}
}

// hasValue reports whether a number has a 64-bit value. Where it has none gqlgen panics.
func hasValue(v *ast.Value) bool {
	_, err := v.Value(nil)
	return err == nil
}
