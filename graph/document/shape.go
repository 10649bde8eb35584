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

// checkShape refuses a document beyond the limits that need no schema. It takes a time proportional to the document.
func (l Limits) checkShape(doc *ast.QueryDocument, found *survey) *gqlerror.Error {
	if len(doc.Fragments) > l.Fragments {
		return refusal(domain.TooManyFragments, "at most %d fragments", l.Fragments)
	}
	if err := found.check(l); err != nil {
		return err
	}
	m := &measurer{fragments: found.fragments, known: map[string]shape{}}
	for _, operation := range doc.Operations {
		if err := l.checkOperation(m.operation(operation)); err != nil {
			return err
		}
	}
	return nil
}

func (l Limits) checkOperation(s shape) *gqlerror.Error {
	switch {
	case s.introspection > 0 && l.Introspection == 0:
		return refusal(domain.IntrospectionOff, "introspection is switched off here")
	case s.introspection > l.Introspection:
		return refusal(domain.IntrospectionLimit, "at most %d fields of introspection", l.Introspection)
	case s.rootFields > l.RootFields:
		return refusal(domain.TooManyRootFields, "at most %d fields at the root of an operation", l.RootFields)
	case s.depth > l.Depth:
		return refusal(domain.TooDeep, "at most %d fields within each other", l.Depth)
	case s.fields > l.Fields:
		return refusal(domain.TooManyFields, "at most %d fields", l.Fields)
	case s.aliases > l.Aliases:
		return refusal(domain.TooManyAliases, "at most %d aliases", l.Aliases)
	case s.directives > l.Directives:
		return refusal(domain.TooManyDirectives, "at most %d directives", l.Directives)
	}
	return nil
}

// measurer works out each fragment once. There are no circles of fragments.
type measurer struct {
	fragments map[string]*ast.FragmentDefinition
	known     map[string]shape
}

func (m *measurer) operation(o *ast.OperationDefinition) shape {
	s := m.set(o.SelectionSet).directed(o.Directives)
	for _, variable := range o.VariableDefinitions {
		s = s.directed(variable.Directives)
	}
	return s
}

func (m *measurer) set(selections ast.SelectionSet) (s shape) {
	for _, selection := range selections {
		switch one := selection.(type) {
		case *ast.Field:
			s = s.beside(m.field(one))
		case *ast.InlineFragment:
			s = s.beside(m.set(one.SelectionSet).directed(one.Directives))
		case *ast.FragmentSpread:
			s = s.beside(m.fragment(one.Name).directed(one.Directives))
		}
	}
	return s
}

func (m *measurer) field(f *ast.Field) shape {
	s := m.set(f.SelectionSet).directed(f.Directives)
	s.rootFields = 1
	if f.Alias != f.Name {
		s.aliases = sum(s.aliases, 1)
	}
	if isIntrospection(f) {
		s.introspection = sum(s.introspection, sum(s.fields, 1))
		s.fields, s.depth = 0, 0
		return s
	}
	s.fields, s.depth = sum(s.fields, 1), s.depth+1
	return s
}

// isIntrospection reports whether a field asks for the schema. Its own name says so, whatever its alias: on another type than
// a root such a field does not validate.
func isIntrospection(f *ast.Field) bool { return f.Name == "__schema" || f.Name == "__type" }

func (m *measurer) fragment(name string) shape {
	if known, ok := m.known[name]; ok {
		return known
	}
	definition := m.fragments[name]
	if definition == nil {
		return shape{}
	}
	s := m.set(definition.SelectionSet).directed(definition.Directives)
	m.known[name] = s
	return s
}

func (s shape) directed(list ast.DirectiveList) shape {
	s.directives = sum(s.directives, len(list))
	return s
}
