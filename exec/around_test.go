package exec_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"atelier/exec"
	"atelier/exec/internal/shop"
)

// around is an extension that notes what stands around operations, responses, roots and fields.
type around struct {
	introspection

	mu    sync.Mutex
	notes []string
	root  func(name string, next graphql.RootResolver, ctx context.Context) graphql.Marshaler
}

func (a *around) note(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.notes = append(a.notes, fmt.Sprintf(format, args...))
}

func (a *around) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	a.note("response")
	return next(ctx)
}

func (a *around) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	name := graphql.GetRootFieldContext(ctx).Field.Name
	a.note("root %s", name)
	if a.root != nil {
		return a.root(name, next, ctx)
	}
	return next(ctx)
}

func (a *around) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	a.note("field %s.%s at %s, %v", fc.Object, fc.Field.Name, fc.Path(), fc.Args)
	return next(ctx)
}

// TestMiddleware is called around the response, each field of the root, and each relation once.
func TestMiddleware(t *testing.T) {
	t.Parallel()
	s, a := newServer(false), &around{}
	s.Use(a)
	s.ask(t.Context(), t, `{ c: customers(first: 2) { name address { city { mayor { id } } } things(first: 1) { id } } }`, nil)
	slices.Sort(a.notes)
	want := []string{
		"field City.mayor at c.address.city.mayor, map[]", "field Customer.things at c.things, map[colour:<nil> first:0x", "field Query.customers at c, map[first:2 wanted:<nil>]",
		"response", "root customers",
	}
	if !slices.EqualFunc(a.notes, want, strings.HasPrefix) {
		t.Errorf("got %q", a.notes)
	}
}

// TestRootMiddleware may answer in the place of a field, or keep it from being asked.
func TestRootMiddleware(t *testing.T) {
	t.Parallel()
	s := newServer(false)
	s.Use(&around{root: func(name string, next graphql.RootResolver, ctx context.Context) graphql.Marshaler {
		switch name {
		case "number":
			return graphql.MarshalInt(42)
		case "customer":
			return graphql.Null
		}
		return next(ctx)
	}})
	data, errs := s.ask(t.Context(), t, `{ number customer(id: "a") { friend { id } } must }`, nil)
	if data != `{"number":42,"customer":null,"must":"here"}` || errs != nil {
		t.Errorf("got %s, %q", data, errs)
	}
	if calls := s.shop.Calls(); calls != nil {
		t.Errorf("called %q", calls)
	}
}

// TestDeniedObjectsAreNotLoaded closes a gate for one of three.
func TestDeniedObjectsAreNotLoaded(t *testing.T) {
	t.Parallel()
	s := newServer(false)
	ctx := shop.Closed(t.Context(), func(word string, object any) bool {
		c, ok := object.(*shop.Customer)
		return ok && c.ID == "b" && strings.HasPrefix(word, "asks")
	})
	data, errs := s.ask(ctx, t, `{ customers { likes { id } hates { id } } }`, nil)
	want := `{"customers":[{"likes":{"id":"friend of a"},"hates":{"id":"friend of a"}},{"likes":null,"hates":null},{"likes":{"id":"friend of c"},"hates":{"id":"friend of c"}}]}`
	if data != want || len(errs) != 1 || !strings.Contains(errs[0], `"path":["customers",1,"likes"]`) {
		t.Errorf("got %s, %q", data, errs)
	}
	if calls := s.shop.Calls(); !slices.Equal(calls, []string{"Customer.hates [a c]", "Customer.likes [a c]", "Query.customers [a b c]"}) {
		t.Errorf("called %q", calls)
	}
}

// TestReports tells transports what was executed where, and how many statements it takes at most.
func TestReports(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]exec.Report{
		`{ customers { friend { id } things { owner { id } } } }`: {IsPlanned: true, Statements: 5}, // Two types of things.
		`{ customers { a: friend { id } b: friend { id } } }`:     {IsPlanned: true, Statements: 2},
		`{ customers { shouted } }`:                               {},
		`mutation { second(value: 1) }`:                           {IsPlanned: true},
	} {
		s := newServer(false)
		ctx, report := exec.WithReport(t.Context())
		data, _ := s.ask(ctx, t, query, nil)
		if report.IsPlanned != want.IsPlanned || report.Statements != want.Statements {
			t.Errorf("%s: planned %v, %d statements; want %v, %d", query, report.IsPlanned, report.Statements, want.IsPlanned, want.Statements)
		}
		report.Release()
		if !strings.HasPrefix(data, "{") {
			t.Errorf("got %s", data)
		}
	}
}

// TestLimits: an answer may have as many bytes as the limit says, and no more, however it comes to be written.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := newServer(false)
	for name, query := range map[string]string{
		"lists":                  asked["lists"],
		"names alone":            asked["names alone"],
		"a panic of a method":    asked["a panic of a method"],
		"ends with a long value": `{ number customers { id } }`,
	} {
		want, _ := s.ask(t.Context(), t, query, nil)
		for limit := 1; limit <= len(want)+1; limit++ {
			ctx, report := exec.WithReport(t.Context())
			report.Limit = limit
			got, errs := s.ask(ctx, t, query, nil)
			if isTooLarge := limit < len(want); report.IsTooLarge != isTooLarge || isTooLarge && got != "null" || !isTooLarge && got != want {
				t.Fatalf("%s, %d of %d bytes: too large %v, %s %v", name, limit, len(want), report.IsTooLarge, got, errs)
			}
			report.Release()
		}
	}
}

// TestManyAtOnce executes side by side, from one plan and pooled room.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(false)
	queries := []string{asked["lists"], asked["a union"], asked["errors for all"], asked["embedded objects"]}
	want := make([]string, len(queries))
	for i, query := range queries {
		want[i], _ = s.ask(t.Context(), t, query, nil)
	}
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			ctx, report := exec.WithReport(t.Context())
			defer report.Release()
			if got, _ := s.ask(ctx, t, queries[n%len(queries)], nil); got != want[n%len(queries)] {
				t.Errorf("got %s, want %s", got, want[n%len(queries)])
			}
		})
	}
	wg.Wait()
}

func TestTogetherAlone(t *testing.T) {
	t.Parallel()
	load := func(objects []io.Reader) ([]int, error) { return make([]int, len(objects)), errors.New("it fails") }
	if _, err := exec.Together(t.Context(), []*strings.Reader{nil}, load); err == nil {
		t.Error("an error is lost")
	}
}
