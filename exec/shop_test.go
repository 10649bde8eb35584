package exec_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/exec"
	"atelier/exec/internal/shop"
)

// documents is a query cache that keeps every document, as a server's does.
type documents map[string]*ast.QueryDocument

func (d documents) Get(_ context.Context, query string) (*ast.QueryDocument, bool) {
	doc, ok := d[query]
	return doc, ok
}

func (d documents) Add(_ context.Context, query string, doc *ast.QueryDocument) { d[query] = doc }

// server is a schema behind gqlgen's own machinery.
type server struct {
	*executor.Executor
	shop      *shop.Resolvers
	fallbacks []string
}

func newServer(isGenerated bool) *server {
	s := &server{shop: &shop.Resolvers{}}
	schema := shop.NewExecutableSchema(s.shop.Config())
	if !isGenerated {
		schema = exec.New(schema, shop.NewExecTable(s.shop.Config()), exec.Options{
			StandIns:   map[string]func(context.Context, map[string]any) any{"Query.customer": standIn},
			OnFallback: func(reason string) { s.fallbacks = append(s.fallbacks, reason) },
		})
	}
	s.Executor = executor.New(schema)
	s.SetQueryCache(documents{})
	s.SetRecoverFunc(func(_ context.Context, cause any) error { return fmt.Errorf("recovered: %v", cause) })
	s.Use(introspection{})
	return s
}

// standIn is a customer of whom the id is known alone; of some not even that.
func standIn(_ context.Context, args map[string]any) any {
	id, _ := args["id"].(string)
	if strings.HasPrefix(id, "?") {
		return nil
	}
	return &shop.Customer{ID: id}
}

// introspection switches it on.
type introspection struct{}

func (introspection) ExtensionName() string                   { return "introspection" }
func (introspection) Validate(graphql.ExecutableSchema) error { return nil }
func (introspection) MutateOperationContext(_ context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	oc.DisableIntrospection = false
	return nil
}

// ask is the response to a query: its data, and its errors with their paths and places, sorted.
func (s *server) ask(ctx context.Context, t testing.TB, query string, variables map[string]any) (data string, errs []string) {
	t.Helper()
	ctx = graphql.StartOperationTrace(ctx)
	oc, refused := s.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if refused != nil {
		t.Fatalf("%s: %v", query, refused)
	}
	respond, ctx := s.DispatchOperation(ctx, oc)
	response := respond(ctx)
	for _, e := range response.Errors {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		errs = append(errs, string(text))
	}
	slices.Sort(errs)
	if !json.Valid(response.Data) {
		t.Errorf("%s: not JSON: %s", query, response.Data)
	}
	return string(response.Data), errs
}

// asked is what both executors are asked.
var asked = map[string]string{
	"leaves":              `{ customer(id: "a") { id name secret guarded must mood count } }`,
	"gates of relations":  `{ customers { likes { id } hates { id } } }`,
	"nobody ahead":        `{ customer(id: "x") { id friend { id } count } number }`,
	"ahead of a gate":     `{ customer(id: "a") { id a: friend { id count } b: friend { name } likes { id things { owner { id } } } } }`,
	"nobody":              `{ customer(id: "x") { id } number }`,
	"names":               `{ one: customer(id: "a") { a: id id b: id __typename t: __typename } two: customer(id: "b") { friend { id } } __typename }`,
	"appended":            `{ customers { label id friend { label } } }`,
	"names alone":         `{ customers { __typename a: __typename things { __typename } b: __typename } __typename }`,
	"lists":               `{ customers { id things { id owner { id } tags } } }`,
	"an interface":        `{ customers { things(first: 3) { __typename id ... on Book { pages printed due weight colour } ... on Lamp { odd lit } } } }`,
	"fields of one type":  `{ customers { things { ... on Book { owner { id } } ... on Lamp { id } } } }`,
	"merged over types":   `{ customers { things(first: 3) { owner { id } ... on Book { owner { name } } ... on Thing { owner { friend { id } } } } } }`,
	"a union":             `{ any { __typename ... on Book { id owner { id } } ... on Thing { tags owner { name } } ... on Customer { name friend { id } } } }`,
	"a panic of a method": `{ any { ... on Lamp { id broken odd } } }`,
	"embedded objects":    `{ customers { address { street city { name mayor { id count } } } addresses { street city { mayor { id } } } } }`,
	"nulls in lists":      `{ customers { items { id owner { id } } } }`,
	"nulls that must not": `{ lonely { id } number }`,
	"nulls in a list":     `{ customers(wanted: {ids: ["a", "x", "b"]}) { id } number }`,
	"an error of a root":  `{ fails { id } }`,
	"errors beside":       `{ customer(id: "b") { id items { id } } }`,
	"errors for all":      `{ customers(first: 4) { id count } }`,
	"errors up a list":    `{ customer(id: "a") { friend { id } } customers(first: 4) { count } }`,
	"a panic of a root":   `{ panics { id } number }`,
	"a panic of a batch":  `{ customer(id: "panic") { id friend { id } } }`,
	"twins":               `{ customers { a: friend { id } b: friend { id } c: friend { name } x: count y: count } }`,
	"fragments":           `{ customers { ...f ...f ... { ...g } } } fragment f on Customer { friend { id } } fragment g on Customer { friend { name } address { street } }`,
	"directives":          `query ($y: Boolean!, $n: Boolean!) { customers { id @skip(if: $y) name @include(if: $y) friend @skip(if: $n) { id } count @include(if: $n) ... @include(if: $n) { mood } } }`,
	"everything left out": `query ($y: Boolean!) { customers { id @skip(if: $y) } customer(id: "a") { friend { id @skip(if: $y) } } }`,
	"variables":           `query ($id: ID!, $first: Int = 1, $colour: Colour) { customer(id: $id) { things(first: $first, colour: $colour) { id } } }`,
	"an argument that no": `query ($wanted: Wanted) { customers(wanted: $wanted) { id } }`,
	"an input":            `{ customers(wanted: {ids: ["q", "r"], colour: RED}) { id } }`,
	"an empty list":       `{ customers(wanted: {ids: []}) { id friend { id } } }`,
	"deep":                `{ customer(id: "a") { friend { friend { friend { things { owner { friend { id } } } } } } } }`,
	"root that must":      `{ must }`,
	"a directive of ours": `{ customer(id: "a") { shouted } }`,
	"lists of lists":      `{ customer(id: "a") { grid { street } } }`,
	"not a batch":         `{ customer(id: "a") { slow } }`,
	"a method that fails": `{ customer(id: "a") { computed } }`,
	"a directive on it":   `{ customer(id: "a") { id @noted } }`,
	"introspection":       `{ __type(name: "Odd") { name } number }`,
	"lists of nulls":      `{ any { ... on Lamp { maybe } } }`,
	"mutations in order":  `mutation { a: first(value: 1) { id things { owner { id } } } b: second(value: 2) c: first(value: 3) { friend { id } } }`,
}

var given = map[string]any{"y": true, "n": false, "id": "a", "colour": "RED"}

// used are those of the given variables that a query declares.
func used(query string) map[string]any {
	variables := map[string]any{}
	for name, value := range given {
		if strings.Contains(query, "$"+name+":") {
			variables[name] = value
		}
	}
	return variables
}

func TestExecutorsAgree(t *testing.T) {
	t.Parallel()
	ours, generated := newServer(false), newServer(true)
	for circumstance, ctx := range map[string]context.Context{
		"open":           t.Context(),
		"closed":         shop.Closed(t.Context(), func(string, any) bool { return true }),
		"closed for a":   shop.Closed(t.Context(), func(_ string, object any) bool { c, ok := object.(*shop.Customer); return ok && c.ID == "a" }),
		"a gate panics":  shop.Closed(t.Context(), func(word string, _ any) bool { panic("at " + word) }),
		"closed to must": shop.Closed(t.Context(), func(word string, _ any) bool { return word == "must" }),
	} {
		for name, query := range asked {
			for range 2 { // The second time from the plan that is kept.
				data, errs := ours.ask(ctx, t, query, used(query))
				wantData, wantErrs := generated.ask(ctx, t, query, used(query))
				if data != wantData || !slices.Equal(errs, wantErrs) {
					t.Errorf("%s, %s: %s\n got %s\n     %s\nwant %s\n     %s", name, circumstance, query,
						data, strings.Join(errs, "\n     "), wantData, strings.Join(wantErrs, "\n     "))
				}
			}
		}
	}
}

// TestFallbacks says what is left to the generated executor.
func TestFallbacks(t *testing.T) {
	t.Parallel()
	left := map[string]string{
		"a directive of ours": "field", "lists of lists": "field", "not a batch": "field", "a method that fails": "field", "lists of nulls": "field",
		"a directive on it": "directive", "introspection": "introspection",
	}
	for name, query := range asked {
		s := newServer(false)
		s.ask(t.Context(), t, query, used(query))
		if want := left[name]; strings.Join(s.fallbacks, " ") != want {
			t.Errorf("%s: left for %q, want %q", name, s.fallbacks, want)
		}
	}
}

// TestEachRelationIsAskedOnce counts calls: one for each relation, with all objects that need it.
func TestEachRelationIsAskedOnce(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{
		`{ customers { friend { id friend { name } } } }`: {
			"Customer.friend [a b c]", "Customer.friend [friend of a friend of c]", "Query.customers [a b c]",
		},
		`{ customers { a: friend { id } b: friend { id } } }`: {"Customer.friend [a a b b c c]", "Query.customers [a b c]"},
		`{ customers { friend { id } address { city { mayor { friend { id } } } } } }`: {
			"City.mayor [Here Here Here]", "Customer.friend [a b c]", "Customer.friend [mayor mayor mayor]", "Query.customers [a b c]",
		},
		`{ customers(first: 2) { things(first: 3) { owner { friend { id } } } } }`: {
			"Book.owner [book-a last-a book-b last-b]", "Customer.friend [a friend b friend]", "Customer.things [a b]", "Lamp.owner [lamp-a lamp-b]",
			"Query.customers [a b]",
		},
		`{ customers { a: friend { id } b: friend { name } } }`:       {"Customer.friend [a b c]", "Customer.friend [a b c]", "Query.customers [a b c]"},
		`{ customer(id: "?x") { friend { id } } }`:                    {"Customer.friend [?x]", "Query.customer ?x"},
		`{ customer(id: "x") { friend { id } } }`:                     {"Customer.friend [x]", "Query.customer x"}, // It was asked already.
		`{ customer(id: "x") { address { city { mayor { id } } } } }`: {"Query.customer x"},
		`{ customer(id: "a") { a: friend { id friend { name } } count b: friend { id friend { name } } } }`: {
			"Customer.count [a]", "Customer.friend [a a]", "Customer.friend [friend of a friend of a]", "Query.customer a",
		},
	} {
		s := newServer(false)
		s.ask(t.Context(), t, query, nil)
		if got := s.shop.Calls(); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", query, got, want)
		}
	}
}

// TestMutationsFollowEachOther notes the order of what is called.
func TestMutationsFollowEachOther(t *testing.T) {
	t.Parallel()
	s := newServer(false)
	s.ask(t.Context(), t, asked["mutations in order"], nil)
	want := []string{"1 Mutation.first", "2 Mutation.second", "3 Mutation.first", "Book.owner [book-a]", "Customer.friend [a]", "Customer.things [a]", "Lamp.owner [lamp-a]"}
	if got := s.shop.Calls(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestOnePlanServesAllVariables asks one document with one after the other.
func TestOnePlanServesAllVariables(t *testing.T) {
	t.Parallel()
	ours, generated := newServer(false), newServer(true)
	query := `query ($id: ID!, $first: Int, $wanted: Wanted, $all: Boolean = true) {
		customer(id: $id) { id things(first: $first) { id } } customers(wanted: $wanted) { id @include(if: $all) count } }`
	for _, variables := range []map[string]any{
		{"id": "a"}, {"id": "b", "first": 1}, {"id": "b", "first": 3, "all": false}, {"id": "x", "first": nil, "wanted": map[string]any{"ids": []any{"q"}}},
		{"id": "a", "wanted": map[string]any{"ids": []any{"r", "s"}}},
	} {
		got, errs := ours.ask(t.Context(), t, query, variables)
		want, wantErrs := generated.ask(t.Context(), t, query, variables)
		if got != want || !slices.Equal(errs, wantErrs) {
			t.Errorf("%v:\n got %s, %q\nwant %s, %q", variables, got, errs, want, wantErrs)
		}
	}
}

// TestNullConditions gives null for a condition, before and after it was false: what others asked makes no difference.
func TestNullConditions(t *testing.T) {
	t.Parallel()
	ours, generated := newServer(false), newServer(true)
	query := `query ($x: Boolean = true) { customer(id: "a") { id name @include(if: $x) } }`
	for _, variables := range []map[string]any{{"x": nil}, {"x": false}, {"x": nil}, {}} {
		got, errs := ours.ask(t.Context(), t, query, variables)
		want, wantErrs := generated.ask(t.Context(), t, query, variables)
		if got != want || !slices.Equal(errs, wantErrs) {
			t.Errorf("%v:\n got %s, %q\nwant %s, %q", variables, got, errs, want, wantErrs)
		}
	}
	if want := []string{"condition", "condition"}; !slices.Equal(ours.fallbacks, want) {
		t.Errorf("left for %q, want %q", ours.fallbacks, want)
	}
}

// TestSubscriptions are the generated executor's.
func TestSubscriptions(t *testing.T) {
	t.Parallel()
	s := newServer(false)
	ctx := graphql.StartOperationTrace(t.Context())
	oc, refused := s.CreateOperationContext(ctx, &graphql.RawParams{Query: `subscription { ticks }`})
	if refused != nil {
		t.Fatal(refused)
	}
	respond, ctx := s.DispatchOperation(ctx, oc)
	var got []string
	for response := respond(ctx); response != nil; response = respond(ctx) {
		got = append(got, string(response.Data))
	}
	if !slices.Equal(got, []string{`{"ticks":1}`, `{"ticks":2}`}) || !slices.Equal(s.fallbacks, []string{"subscription"}) {
		t.Errorf("got %q, left for %q", got, s.fallbacks)
	}
}
