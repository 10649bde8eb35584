package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// shape is the extent of a selection set with its fragments expanded. Counts stop at tooMany: doubled fragments
// cannot overflow them.
type shape struct {
	depth, fields, aliases, rootFields, directives, introspection int
}

const tooMany = 1 << 30

func sum(a, b int) int { return min(a+b, tooMany) }

// beside is the shape of two sets one after the other.
func (s shape) beside(o shape) shape {
	return shape{
		max(s.depth, o.depth), sum(s.fields, o.fields), sum(s.aliases, o.aliases), sum(s.rootFields, o.rootFields),
		sum(s.directives, o.directives), sum(s.introspection, o.introspection),
	}
}

// measurer works out each fragment once.
type measurer struct {
	fragments ast.FragmentDefinitionList
	known     map[string]*shape // nil while it is being worked out: a cycle, which validation will refuse.
	values    int
	deepest   int
}

// checkShape refuses a document beyond the limits that need no schema. It takes a time proportional to the document.
func (l Limits) checkShape(doc *ast.QueryDocument) *gqlerror.Error {
	if len(doc.Fragments) > l.Fragments {
		return refusal(domain.TooManyFragments, "at most %d fragments", l.Fragments)
	}
	m := &measurer{fragments: doc.Fragments, known: map[string]*shape{}}
	var total shape
	for _, fragment := range doc.Fragments { // Those that nothing spreads are validated as well.
		total = total.beside(m.fragment(fragment.Name))
	}
	if err := l.check(total, m); err != nil {
		return err
	}
	for _, operation := range doc.Operations {
		m.variables(operation.VariableDefinitions)
		s := m.set(operation.SelectionSet)
		s.directives = sum(s.directives, m.directives(operation.Directives))
		if err := l.check(s, m); err != nil {
			return err
		}
		if s.rootFields > l.RootFields {
			return refusal(domain.TooManyRootFields, "at most %d fields at the root of an operation", l.RootFields)
		}
		total = total.beside(s)
	}
	return l.check(shape{fields: total.fields, introspection: total.introspection}, m)
}

func (l Limits) check(s shape, m *measurer) *gqlerror.Error {
	switch {
	case s.introspection > 0 && l.Introspection == 0:
		return refusal(domain.IntrospectionOff, "introspection is switched off here")
	case s.introspection > l.Introspection:
		return refusal(domain.IntrospectionLimit, "at most %d fields of introspection", l.Introspection)
	case s.depth > l.Depth:
		return refusal(domain.TooDeep, "at most %d fields within each other", l.Depth)
	case s.fields > l.Fields:
		return refusal(domain.TooManyFields, "at most %d fields", l.Fields)
	case s.aliases > l.Aliases:
		return refusal(domain.TooManyAliases, "at most %d aliases", l.Aliases)
	case s.directives > l.Directives:
		return refusal(domain.TooManyDirectives, "at most %d directives", l.Directives)
	case m.values > l.Values:
		return refusal(domain.TooManyValues, "at most %d values in arguments", l.Values)
	case m.deepest > l.ValueDepth:
		return refusal(domain.ValuesTooDeep, "at most %d lists and objects within each other", l.ValueDepth)
	}
	return nil
}

func (m *measurer) fragment(name string) shape {
	if known, ok := m.known[name]; ok {
		if known == nil {
			return shape{}
		}
		return *known
	}
	definition := m.fragments.ForName(name)
	if definition == nil {
		return shape{}
	}
	m.known[name] = nil
	s := m.set(definition.SelectionSet)
	s.directives = sum(s.directives, m.directives(definition.Directives))
	m.known[name] = &s
	return s
}

func (m *measurer) set(selections ast.SelectionSet) (s shape) {
	for _, selection := range selections {
		switch one := selection.(type) {
		case *ast.Field:
			s = s.beside(m.field(one))
		case *ast.InlineFragment:
			inner := m.set(one.SelectionSet)
			inner.directives = sum(inner.directives, m.directives(one.Directives))
			s = s.beside(inner)
		case *ast.FragmentSpread:
			inner := m.fragment(one.Name)
			inner.directives = sum(inner.directives, m.directives(one.Directives))
			s = s.beside(inner)
		}
	}
	return s
}

func (m *measurer) field(f *ast.Field) shape {
	inner := m.set(f.SelectionSet)
	inner.rootFields = 1
	inner.directives = sum(inner.directives, m.directives(f.Directives))
	m.arguments(f.Arguments)
	if f.Alias != f.Name {
		inner.aliases = sum(inner.aliases, 1)
	}
	if f.Name == "__schema" || f.Name == "__type" {
		inner.introspection = sum(inner.introspection, sum(inner.fields, 1))
		inner.fields, inner.depth = 0, 0
		return inner
	}
	inner.fields, inner.depth = sum(inner.fields, 1), inner.depth+1
	return inner
}

func (m *measurer) directives(list ast.DirectiveList) int {
	for _, directive := range list {
		m.arguments(directive.Arguments)
	}
	return len(list)
}

func (m *measurer) arguments(list ast.ArgumentList) {
	for _, argument := range list {
		m.value(argument.Value, 0)
	}
}

func (m *measurer) variables(list ast.VariableDefinitionList) {
	for _, variable := range list {
		m.value(variable.DefaultValue, 0)
	}
}

func (m *measurer) value(v *ast.Value, depth int) {
	if v == nil {
		return
	}
	m.values, m.deepest = m.values+1, max(m.deepest, depth)
	for _, child := range v.Children {
		m.value(child.Value, depth+1)
	}
}

// CheckVariables bounds the variables of a request as the document's own values are.
func (l Limits) CheckVariables(variables map[string]any) *gqlerror.Error {
	values, deepest := extent(variables, 0)
	switch {
	case values > l.Values:
		return refusal(domain.TooManyValues, "at most %d values in variables", l.Values)
	case deepest > l.ValueDepth+1: // The map of variables is no value of theirs.
		return refusal(domain.ValuesTooDeep, "at most %d lists and objects within each other", l.ValueDepth)
	}
	return nil
}

func extent(value any, depth int) (values, deepest int) {
	values, deepest = 1, depth
	add := func(child any) {
		n, d := extent(child, depth+1)
		values, deepest = values+n, max(deepest, d)
	}
	switch v := value.(type) {
	case map[string]any:
		for _, child := range v {
			add(child)
		}
	case []any:
		for _, child := range v {
			add(child)
		}
	}
	return values, deepest
}
