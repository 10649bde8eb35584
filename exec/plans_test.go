package exec

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// tiny is a table of one object that leads to itself.
func tiny() (*Table, *ast.Schema) {
	leaf := func(b []byte, _ any) ([]byte, error) { return append(b, '1'), nil }
	t := &Table{Objects: []*Object{{Name: "Query", Implements: []string{"Query"}, Fields: []*Field{
		{Name: "a", Family: "Query", Value: leaf, Resolve: nil, Leaf: leaf},
		{Name: "self", Family: "Query", Of: "Query", One: func(o any) any { return o }},
	}}}}
	t.index()
	return t, gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { a: Int self: Query }`})
}

func operation(t *testing.T, schema *ast.Schema, query string, variables map[string]any) *graphql.OperationContext {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	return &graphql.OperationContext{Doc: doc, Operation: doc.Operations[0], Variables: variables}
}

func TestAPlanIsMadeOnce(t *testing.T) {
	t.Parallel()
	table, schema := tiny()
	p := newPlans(table, 1000, nil)
	oc := operation(t, schema, `query ($x: Boolean!, $y: Boolean!) { a self { a @skip(if: $x) ... @include(if: $y) { b: a } } }`, nil)
	seen := map[*plan]bool{}
	for range 2 {
		for bits := range 4 {
			again := &graphql.OperationContext{Doc: oc.Doc, Operation: oc.Operation, Variables: map[string]any{"x": bits&1 > 0, "y": bits&2 > 0}}
			got, err := p.of(again)
			if err != nil {
				t.Fatal(err)
			}
			seen[got] = true
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d plans, want one for each outcome", len(seen))
	}
}

// TestVariantsAreBounded asks for more outcomes of conditions than are kept.
func TestVariantsAreBounded(t *testing.T) {
	t.Parallel()
	table, schema := tiny()
	p := newPlans(table, 100_000, nil)
	var query strings.Builder
	for i := range 8 {
		fmt.Fprintf(&query, " f%d: a @skip(if: $v%d)", i, i)
	}
	head := "query (" + strings.Repeat("$v%d: Boolean! ", 8) + ") {"
	oc := operation(t, schema, fmt.Sprintf(head, 0, 1, 2, 3, 4, 5, 6, 7)+query.String()+" a }", nil)
	for bits := range 256 {
		variables := map[string]any{}
		for i := range 8 {
			variables[fmt.Sprintf("v%d", i)] = bits>>i&1 > 0
		}
		got, err := p.of(&graphql.OperationContext{Doc: oc.Doc, Operation: oc.Operation, Variables: variables})
		if err != nil || len(got.root.fields) != 1+8-ones(bits) {
			t.Fatalf("%b: %v, %v", bits, got, err)
		}
	}
	if v := p.variantsOf(oc); len(v.plans) != maxVariants {
		t.Errorf("%d plans are kept", len(v.plans))
	}
}

func ones(bits int) (n int) {
	for ; bits > 0; bits >>= 1 {
		n += bits & 1
	}
	return n
}

// TestPlansAreBounded makes more plans than may be kept, of documents that are all in use.
func TestPlansAreBounded(t *testing.T) {
	t.Parallel()
	table, schema := tiny()
	const limit = 100
	p := newPlans(table, limit, nil)
	var all []*graphql.OperationContext
	for range 200 {
		oc := operation(t, schema, `{ a self { a self { a } } }`, nil)
		if _, err := p.of(oc); err != nil {
			t.Fatal(err)
		}
		all = append(all, oc)
		if p.size > limit {
			t.Fatalf("plans of %d fields are kept, and the limit is %d", p.size, limit)
		}
	}
	kept := 0
	for _, v := range p.known {
		kept += len(v.plans)
	}
	if kept == 0 || kept > limit/5 || len(p.known) != len(all) {
		t.Errorf("%d plans are kept, and %d operations of %d are known", kept, len(p.known), len(all))
	}
	if _, err := p.of(operation(t, schema, "{"+strings.Repeat(" a self {", 20)+" a"+strings.Repeat(" }", 20)+" }", nil)); !errors.Is(err, errSize) {
		t.Errorf("a plan larger than an eighth of all: %v", err)
	}
	runtime.KeepAlive(all)
}

// TestOneOperationsPlansAreBounded makes plans of one operation for what its conditions come to.
func TestOneOperationsPlansAreBounded(t *testing.T) {
	t.Parallel()
	table, schema := tiny()
	const limit = 64
	p := newPlans(table, limit, nil)
	oc := operation(t, schema, `query ($v: Boolean!, $w: Boolean!, $x: Boolean!, $y: Boolean!) {
		a b: a c: a d: a @skip(if: $v) e: a @skip(if: $w) f: a @skip(if: $x) g: a @skip(if: $y) }`, nil)
	for i := range 16 {
		oc.Variables = map[string]any{"v": i&1 > 0, "w": i&2 > 0, "x": i&4 > 0, "y": i&8 > 0}
		if _, err := p.of(oc); err != nil {
			t.Fatal(err)
		}
		if p.size > limit {
			t.Fatalf("plans of %d fields are kept, and the limit is %d", p.size, limit)
		}
	}
}

// TestPlansOfOperationsThatWereLetGo compiles for an operation whose other plans are let go of meanwhile, and twice for the same outcome:
// no plan counts that is not kept.
func TestPlansOfOperationsThatWereLetGo(t *testing.T) {
	t.Parallel()
	table, schema := tiny()
	p := newPlans(table, 100, nil)
	oc := operation(t, schema, `{ a }`, nil)
	for range 2 {
		p.compile(oc, p.variantsOf(oc), "")
	}
	if p.size != 1 {
		t.Errorf("one plan of one field counts as %d fields", p.size)
	}
	late := p.variantsOf(oc)
	p.forget(weak.Make(oc.Operation))
	p.compile(oc, late, "1")
	if p.size != 0 {
		t.Errorf("no plan is kept, and %d fields are counted", p.size)
	}
}

// TestPlansGoWithTheirDocuments forgets documents; their plans go as well.
func TestPlansGoWithTheirDocuments(t *testing.T) {
	t.Parallel()
	table, schema := tiny()
	p := newPlans(table, 100_000, nil)
	for range 50 {
		if _, err := p.of(operation(t, schema, `{ a }`, nil)); err != nil {
			t.Fatal(err)
		}
	}
	kept := operation(t, schema, `{ a }`, nil)
	if _, err := p.of(kept); err != nil {
		t.Fatal(err)
	}
	for range 1000 { // A cleanup runs some time after the collection that found its object gone.
		runtime.GC()
		p.mu.RLock()
		left, size := len(p.known), p.size
		p.mu.RUnlock()
		if left == 1 && size == 1 {
			runtime.KeepAlive(kept)
			return
		}
		runtime.Gosched()
	}
	t.Error("plans outlive their documents")
}

func TestConditions(t *testing.T) {
	t.Parallel()
	_, schema := tiny()
	oc := operation(t, schema, `query ($x: Boolean!, $y: Boolean!) { ...f @skip(if: $x) a @include(if: true) } fragment f on Query { a @include(if: $y) self { a @skip(if: $x) } }`, nil)
	if v := newVariants(oc); fmt.Sprint(v.conditions) != "[x y]" || v.refused != nil {
		t.Errorf("got %v, %v", v.conditions, v.refused)
	}
}

// TestInterfacesDoNotMultiplyPlans goes down through an interface again and again: a plan grows by a level each time, not by the number
// of types that the level may be of.
func TestInterfacesDoNotMultiplyPlans(t *testing.T) {
	t.Parallel()
	leads := func(family string) []*Field {
		return []*Field{{Name: "next", Family: family, Of: "I", Batch: func(_ context.Context, _ []any, _ *graphql.FieldContext, into []any) ([]any, error) {
			return into, nil
		}}}
	}
	table := &Table{Objects: []*Object{{Name: "Query", Implements: []string{"Query"}, Fields: leads("Query")}}, Abstracts: []*Abstract{{Name: "I", Possible: []string{"A", "B", "C"}}}}
	for _, name := range table.Abstracts[0].Possible {
		table.Objects = append(table.Objects, &Object{Name: name, Implements: []string{name, "I"}, Fields: leads("I")})
	}
	table.index()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { next: I } interface I { next: I }
		type A implements I { next: I } type B implements I { next: I } type C implements I { next: I }`})
	const depth = 30
	oc := operation(t, schema, strings.Repeat("{ next ", depth)+"{ __typename }"+strings.Repeat(" }", depth), nil)
	made, err := compile(table, oc, 1000)
	if err != nil || made.size > 4*depth || len(made.relations) != depth {
		t.Fatalf("got %+v, %v", made, err)
	}
}

// TestAFieldThatOneTypeHoldsAndAnotherResolves leads from either to relations of its own.
func TestAFieldThatOneTypeHoldsAndAnotherResolves(t *testing.T) {
	t.Parallel()
	batch := func(_ context.Context, _ []any, _ *graphql.FieldContext, into []any) ([]any, error) { return into, nil }
	type fields = []*Field
	table := &Table{
		Objects: []*Object{
			{Name: "Query", Implements: []string{"Query"}, Fields: fields{{Name: "any", Family: "Query", Of: "I", Batch: batch}}},
			{Name: "A", Implements: []string{"A", "I"}, Fields: fields{{Name: "next", Family: "I", Of: "C", One: func(o any) any { return o }}}},
			{Name: "B", Implements: []string{"B", "I"}, Fields: fields{{Name: "next", Family: "I", Of: "C", Batch: batch}}},
			{Name: "C", Implements: []string{"C"}, Fields: fields{{Name: "n", Family: "C", Batch: batch}}},
		},
		Abstracts: []*Abstract{{Name: "I", Possible: []string{"A", "B"}}},
	}
	table.index()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { any: I } interface I { next: C } type A implements I { next: C }
		type B implements I { next: C } type C { n: Int }`})
	made, err := compile(table, operation(t, schema, `{ any { next { n } } }`, nil), 1000)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range made.relations {
		got = append(got, fmt.Sprintf("%s %d", r.fields[0].def.Name, len(r.stage)))
	}
	if want := "any 2, n 0, next 1, n 0"; strings.Join(got, ", ") != want {
		t.Errorf("relations, and how many stand below: %q, want %q", got, want)
	}
}
