package exec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// plan is an operation, compiled: for one document, and one outcome of its @skip and @include.
type plan struct {
	root      *set
	relations []*relation // Every relation, those of the root first, in the order of the response.
	stage     []*relation // The root's.
	size      int         // Fields, by which plans are weighed.
	// statements is the certificate; 0 where there is none.
	statements int
	// bytes is how long the last answer was.
	bytes atomic.Int64
}

// place is a position in the response where objects stand: what is asked of them, by their type.
type place struct {
	abstract *Abstract // Nil where objects of one type stand here.
	sets     []*set    // By the position in abstract.Possible.
	text     string    // A name for what is asked: equal where the same is asked.

	isAssigned, leads bool // Its relations were found, and whether there are any.
}

// set is the fields that are asked of objects of one type at one place.
type set struct {
	object *Object
	fields []*field
	// steps are the fields that a resolver is asked for, and those that lead to such, in the order of the response.
	steps []*field
	// written are the fields but __typename, which is part of the key behind it, or of the tail: what stands behind the last of them.
	written []*field
	tail    string
}

// field is a field of a set.
type field struct {
	def       *Field
	collected graphql.CollectedField
	key       string // `{"name":` for the first of its set, `,"name":` for the others; and before it what needs no object.
	typename  string // What __typename is, quoted.
	plain     Leaf   // Writes the field, if that is all there is to do.
	to        *place // Where it leads; nil for a leaf.
	rel       *relation
	object    string   // The type it belongs to.
	via       []*field // Those between it and the relation above.
}

// relation is a resolver that is asked once for all objects that need it: the fields of a stage that ask the same of
// resolvers of one family, wherever they stand.
type relation struct {
	index  int
	fields []*field
	stage  []*relation // What is asked next: all that stands below without another relation between.
	isRoot bool
	args   constant
}

// constant holds arguments that no variable has a part in, once they were read.
type constant struct {
	is   bool
	once sync.Once
	args map[string]any
	err  error
}

// key says what relations of a stage have in common that are one.
type key struct{ family, name, of, asked string }

// compiler makes a plan.
type compiler struct {
	table *Table
	oc    *graphql.OperationContext
	limit int // Of fields.
	size  int
	texts map[string]string // Short names for what is asked.
}

// unplannedError is why an operation goes to the generated executor. It is a label of a metric.
type unplannedError string

func (u unplannedError) Error() string { return "left to the generated executor: " + string(u) }

const (
	errSubscription  unplannedError = "subscription"
	errIntrospection unplannedError = "introspection"
	errDirective     unplannedError = "directive"
	errCondition     unplannedError = "condition"
	errField         unplannedError = "field"
	errSize          unplannedError = "size"
)

// compile plans an operation, or says why it is not for us.
func compile(t *Table, oc *graphql.OperationContext, limit int) (*plan, error) {
	name := "Query"
	switch oc.Operation.Operation {
	case ast.Mutation:
		name = "Mutation"
	case ast.Subscription:
		return nil, errSubscription
	}
	if len(oc.Operation.Directives) > 0 {
		return nil, errDirective
	}
	c := &compiler{table: t, oc: oc, limit: limit, texts: map[string]string{}}
	root, _, err := c.set(t.root(oc, name), oc.Operation.SelectionSet, nil)
	if err != nil {
		return nil, err
	}
	p := &plan{root: root, size: c.size}
	p.assignRoot()
	return p, nil
}

// root is the object of an operation's root, which the schema may have named otherwise.
func (t *Table) root(oc *graphql.OperationContext, usual string) *Object {
	if object, ok := t.objects[usual]; ok {
		return object
	}
	for _, selection := range oc.Operation.SelectionSet {
		if f, ok := selection.(*ast.Field); ok && f.ObjectDefinition != nil {
			return t.objects[f.ObjectDefinition.Name]
		}
	}
	return nil
}

// place compiles what is asked of objects of a type, concrete or not.
func (c *compiler) place(name string, selections ast.SelectionSet) (*place, error) {
	abstract, ok := c.table.abstracts[name]
	if !ok {
		s, text, err := c.set(c.table.objects[name], selections, nil)
		return &place{sets: []*set{s}, text: c.short(text)}, err
	}
	shared := map[string]*place{}
	p := &place{abstract: abstract, sets: make([]*set, len(abstract.Possible))}
	var spelt strings.Builder
	for i, possible := range abstract.Possible {
		s, text, err := c.set(c.table.objects[possible], selections, shared)
		if err != nil {
			return nil, err
		}
		p.sets[i] = s
		spelt.WriteString(possible + text)
	}
	p.text = c.short(spelt.String())
	return p, nil
}

// short is a name for a text: places within places would repeat the texts of all that they hold.
func (c *compiler) short(text string) string {
	name, known := c.texts[text]
	if !known {
		name = "#" + strconv.Itoa(len(c.texts))
		c.texts[text] = name
	}
	return name
}

// set compiles what is asked of objects of one type. Where it is one of several types that stand at a place, shared has the places
// that their fields lead to: one field of the document leads to one place, whichever type it is asked of. Otherwise each interface
// on the way down would multiply the plan by the number of its types.
func (c *compiler) set(of *Object, selections ast.SelectionSet, shared map[string]*place) (*set, string, error) {
	if of == nil {
		return nil, "", errField
	}
	s := &set{object: of}
	var spelt strings.Builder
	spelt.WriteByte('{')
	for _, collected := range graphql.CollectFields(c.oc, selections, of.Implements) {
		if slices.ContainsFunc(s.fields, func(f *field) bool { return f.collected.Alias == collected.Alias }) {
			continue // The generated executor writes the first of a name, too.
		}
		f, text, err := c.field(s, collected, shared)
		if err != nil {
			return nil, "", err
		}
		s.fields = append(s.fields, f)
		spelt.WriteString(text)
	}
	spelt.WriteByte('}')
	s.join()
	return s, spelt.String(), nil
}

// join makes what is the same for all objects part of the keys.
func (s *set) join() {
	before := ""
	for _, f := range s.fields {
		if f.def == nil {
			before += f.key + f.typename
			continue
		}
		f.key, before = before+f.key, ""
		if len(f.def.Gates) == 0 {
			f.plain = f.def.Leaf
		}
		s.written = append(s.written, f)
	}
	if s.tail = before + "}"; len(s.fields) == 0 {
		s.tail = "{}"
	}
}

func (c *compiler) field(in *set, collected graphql.CollectedField, shared map[string]*place) (*field, string, error) {
	if c.size++; c.size > c.limit {
		return nil, "", errSize
	}
	f := &field{collected: collected, object: in.object.Name, key: keyOf(collected.Alias, len(in.fields) == 0)}
	if collected.Name == "__typename" {
		f.typename = `"` + in.object.Name + `"`
		return f, collected.Alias + ":__typename ", nil
	}
	f.def = in.object.fields[collected.Name]
	if err := check(f); err != nil {
		return nil, "", err
	}
	text := fmt.Sprintf("%s:%s(%s) ", collected.Alias, collected.Name, spell(collected.Arguments))
	if f.def.Of == "" {
		return f, text, nil
	}
	var err error
	if f.to, err = c.below(f, text, shared); err != nil {
		return nil, "", err
	}
	return f, text + f.to.text, nil
}

// below is the place that a field leads to: one that is shared, if it was compiled for another type already. Those who share a place
// are one relation, since they are of one family and ask the same; or all of them hold it.
func (c *compiler) below(f *field, text string, shared map[string]*place) (*place, error) {
	if shared == nil {
		return c.place(f.def.Of, f.collected.Selections)
	}
	var same strings.Builder
	fmt.Fprintf(&same, "%s %s %t %s", f.def.Family, f.def.Of, f.def.isResolved(), text)
	for _, selection := range f.collected.Selections {
		fmt.Fprintf(&same, " %p", selection)
	}
	if known, ok := shared[same.String()]; ok {
		return known, nil
	}
	made, err := c.place(f.def.Of, f.collected.Selections)
	shared[same.String()] = made
	return made, err
}

func keyOf(alias string, isFirst bool) string {
	if isFirst {
		return `{"` + alias + `":`
	}
	return `,"` + alias + `":`
}

func check(f *field) error {
	switch {
	case f.def == nil: // __schema and __type.
		return errIntrospection
	case f.def.Unsupported != "":
		return errField
	}
	for _, d := range f.collected.Directives {
		if d.Name != "skip" && d.Name != "include" {
			return errDirective
		}
	}
	return nil
}

// spell writes arguments so that equal ones are spelt alike.
func spell(arguments ast.ArgumentList) string {
	spelt := make([]string, len(arguments))
	for i, a := range arguments {
		spelt[i] = a.Name + ":" + a.Value.String()
	}
	slices.Sort(spelt)
	return strings.Join(spelt, ",")
}

// assignRoot makes a relation of each field of the root, and finds those below.
func (p *plan) assignRoot() {
	for _, f := range p.root.fields {
		if f.def == nil {
			continue
		}
		f.rel = p.newRelation(f)
		f.rel.isRoot = true
		p.stage = append(p.stage, f.rel)
		p.root.steps = append(p.root.steps, f)
	}
	for _, r := range p.stage {
		p.assignBelow(r)
	}
}

func (p *plan) newRelation(f *field) *relation {
	r := &relation{index: len(p.relations), fields: []*field{f}}
	r.args.is = !hasVariables(f.collected.Arguments)
	p.relations = append(p.relations, r)
	return r
}

// assignBelow finds what is asked once a relation's objects are there.
func (p *plan) assignBelow(r *relation) {
	known := map[key]*relation{}
	for _, f := range r.fields {
		if f.to != nil {
			p.assign(r, f.to, nil, known)
		}
	}
	for _, next := range r.stage {
		p.assignBelow(next)
	}
}

// assign finds the relations at a place and in what its objects hold, and reports whether there are any.
func (p *plan) assign(above *relation, at *place, via []*field, known map[key]*relation) (found bool) {
	if at.isAssigned { // Several types lead here.
		return at.leads
	}
	defer func() { at.isAssigned, at.leads = true, found }()
	for _, s := range at.sets {
		for _, f := range s.fields {
			if f.def == nil {
				continue
			}
			f.via = via
			switch {
			case f.def.isResolved():
				p.join(above, f, known)
			case f.to == nil || !p.assign(above, f.to, append(slices.Clip(via), f), known):
				continue
			}
			s.steps, found = append(s.steps, f), true
		}
	}
	return found
}

// join makes a field part of the relation of its stage that asks the same, or of a new one.
func (p *plan) join(above *relation, f *field, known map[key]*relation) {
	k := key{f.def.Family, f.def.Name, f.def.Of, spell(f.collected.Arguments)}
	if f.to != nil {
		k.asked += f.to.text
	}
	if r, ok := known[k]; ok {
		r.fields, f.rel = append(r.fields, f), r
		return
	}
	f.rel = p.newRelation(f)
	known[k] = f.rel
	above.stage = append(above.stage, f.rel)
}

func hasVariables(arguments ast.ArgumentList) bool {
	return slices.ContainsFunc(arguments, func(a *ast.Argument) bool { return isVariable(a.Value) })
}

func isVariable(v *ast.Value) bool {
	return v.Kind == ast.Variable || slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return isVariable(c.Value) })
}
