package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

const mergeRule = "OverlappingFieldsCanBeMerged"

// maxMerges bounds the fields that are looked at. Where fields of interfaces stand beside fields of their types, each
// level of the document may multiply them by the number of types.
const maxMerges = 100_000

// reportConflicts is https://spec.graphql.org/October2021/#sec-Field-Selection-Merging, which gqlparser checks pair by pair in
// a time that grows with the square of the fields. That fields have one shape, and that they ask for the same, are
// equivalences: so it is enough to compare each field with the first of its response key, on fields that were
// merged level by level.
func reportConflicts(events *core.Events, report core.AddErrFunc) {
	events.OnOperation(func(walker *core.Walker, operation *ast.OperationDefinition) {
		m := &merger{schema: walker.Schema, report: report, reported: map[*ast.Field]bool{}}
		m.shapes(m.collect(operation.SelectionSet))
		m.meanings(m.collect(operation.SelectionSet))
	})
}

type merger struct {
	schema   *ast.Schema
	report   core.AddErrFunc
	reported map[*ast.Field]bool
	merges   int  // Fields that were looked at.
	isSpent  bool // They were too many, and that was reported.
}

// level is the fields of merged selection sets by their response keys.
type level struct {
	keys   []string // In their order in the document.
	fields map[string][]*ast.Field
}

// collect merges selection sets. A fragment that stands in them twice adds nothing the second time.
func (m *merger) collect(sets ...ast.SelectionSet) *level {
	l := &level{fields: map[string][]*ast.Field{}}
	entered := map[string]bool{}
	for _, set := range sets {
		m.add(l, set, entered)
	}
	return l
}

func (m *merger) add(l *level, set ast.SelectionSet, entered map[string]bool) {
	for _, selection := range set {
		switch one := selection.(type) {
		case *ast.Field:
			m.addField(l, one)
		case *ast.InlineFragment:
			m.add(l, one.SelectionSet, entered)
		case *ast.FragmentSpread:
			if !entered[one.Name] && one.Definition != nil {
				entered[one.Name] = true
				m.add(l, one.Definition.SelectionSet, entered)
			}
		}
	}
}

// addField leaves out fields that the schema does not have; another rule reports them.
func (m *merger) addField(l *level, f *ast.Field) {
	if m.merges++; f.Definition == nil || f.ObjectDefinition == nil {
		return
	}
	if _, ok := l.fields[f.Alias]; !ok {
		l.keys = append(l.keys, f.Alias)
	}
	l.fields[f.Alias] = append(l.fields[f.Alias], f)
}

// shapes checks that the values under one key have one shape, whatever objects they belong to.
func (m *merger) shapes(l *level) {
	for _, key := range l.keys {
		fields := l.fields[key]
		for _, f := range fields[1:] {
			if !m.haveOneShape(fields[0].Definition.Type, f.Definition.Type) {
				m.conflict(f, "the types of their values differ")
				return
			}
		}
		m.shapes(m.collect(below(fields)...))
	}
}

// haveOneShape compares types. The fields of composite ones are compared on their own.
func (m *merger) haveOneShape(a, b *ast.Type) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return m.haveOneShape(a.Elem, b.Elem)
	}
	if m.schema.Types[a.NamedType].IsLeafType() || m.schema.Types[b.NamedType].IsLeafType() {
		return a.NamedType == b.NamedType
	}
	return true
}

// meanings checks that the fields under one key ask for the same wherever they may belong to one object.
func (m *merger) meanings(l *level) {
	if m.merges > maxMerges {
		m.giveUp()
		return
	}
	for _, key := range l.keys {
		for _, fields := range together(l.fields[key]) {
			m.agree(fields)
		}
	}
}

func (m *merger) giveUp() {
	if !m.isSpent {
		m.isSpent = true
		m.report(core.Message("There are too many fields of the same names."))
	}
}

func (m *merger) agree(fields []*ast.Field) {
	for _, f := range fields[1:] {
		if f.Name != fields[0].Name {
			m.conflict(f, "they are different fields")
			return
		}
		if !haveSameArguments(fields[0].Arguments, f.Arguments) {
			m.conflict(f, "their arguments differ")
			return
		}
	}
	m.meanings(m.collect(below(fields)...))
}

func (m *merger) conflict(f *ast.Field, why string) {
	if m.reported[f] {
		return
	}
	m.reported[f] = true
	m.report(core.Message("Fields %q conflict because %s. Use different aliases to fetch both.", f.Alias, why), core.At(f.Position))
}

func below(fields []*ast.Field) (sets []ast.SelectionSet) {
	for _, f := range fields {
		if len(f.SelectionSet) > 0 {
			sets = append(sets, f.SelectionSet)
		}
	}
	return sets
}

// together groups the fields that may belong to one object: those of an interface go with those of each type.
func together(fields []*ast.Field) (groups [][]*ast.Field) {
	var abstract []*ast.Field
	var types []string
	concrete := map[string][]*ast.Field{}
	for _, f := range fields {
		of := f.ObjectDefinition
		if of.Kind != ast.Object {
			abstract = append(abstract, f)
			continue
		}
		if concrete[of.Name] == nil {
			types = append(types, of.Name)
		}
		concrete[of.Name] = append(concrete[of.Name], f)
	}
	if len(types) == 0 {
		return [][]*ast.Field{abstract}
	}
	for _, name := range types {
		groups = append(groups, append(concrete[name], abstract...))
	}
	return groups
}
