package resolvers_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/graph"
	"atelier/relay"
	"atelier/resolvers"
	"atelier/store"
)

// operationCount is how many random operations each of the worlds is asked by each executor.
var operationCount = flag.Int("operations", 800, "random operations of TestExecutorsAgree")

// oracles are the same API by both executors.
type oracles struct{ first, generated *api }

func newOracles(t testing.TB, wrap func(*resolvers.Resolver) graph.ResolverRoot) oracles {
	t.Helper()
	config := store.Config{URL: database(t, "world.sql")}
	return oracles{serve(t, config, wrap), serveBy(t, config, wrap, true)}
}

// TestExecutorsAgree asks both executors the same: the answers are the same bytes, and the errors the same set.
func TestExecutorsAgree(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(*resolvers.Resolver) graph.ResolverRoot{
		"as it is": func(r *resolvers.Resolver) graph.ResolverRoot { return r },
		"failing":  func(r *resolvers.Resolver) graph.ResolverRoot { return failing{r} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			both := newOracles(t, wrap)
			ran := 0
			for seed := range *operationCount {
				if both.requireAgreement(t, uint64(seed)) {
					ran++
				}
			}
			if ran*10 < *operationCount*9 {
				t.Errorf("only %d of %d operations are valid", ran, *operationCount)
			}
		})
	}
}

// FuzzExecutors is TestExecutorsAgree for other seeds.
func FuzzExecutors(f *testing.F) {
	f.Add(uint64(1), false)
	f.Add(uint64(2), true)
	plain := newOracles(f, func(r *resolvers.Resolver) graph.ResolverRoot { return r })
	broken := newOracles(f, func(r *resolvers.Resolver) graph.ResolverRoot { return failing{r} })
	f.Fuzz(func(t *testing.T, seed uint64, fails bool) {
		if fails {
			broken.requireAgreement(t, seed)
		} else {
			plain.requireAgreement(t, seed)
		}
	})
}

// requireAgreement asks both the operation of a seed, and reports whether it ran.
func (o oracles) requireAgreement(t *testing.T, seed uint64) bool {
	t.Helper()
	query, variables := anOperation(seed)
	if len(variables) > 0 && seed%2 == 0 { // The plan of a document serves other variables, too.
		o.requireTheSame(t, seed, query, otherVariables(variables))
	}
	return o.requireTheSame(t, seed, query, variables)
}

// otherVariables are variables of the same types and of other values.
func otherVariables(variables map[string]any) map[string]any {
	others := map[string]any{}
	for name, value := range variables {
		switch v := value.(type) {
		case bool:
			others[name] = !v
		case int:
			others[name] = 2
		case []string:
			others[name] = append(worldIDs("Task")[:2], v...)
		case string:
			others[name] = v
			if id, err := relay.ParseID(v); err == nil {
				ids := worldIDs(id.Type)
				others[name] = ids[(slices.Index(ids, v)+1)%len(ids)]
			}
		}
	}
	return others
}

func (o oracles) requireTheSame(t *testing.T, seed uint64, query string, variables map[string]any) bool {
	t.Helper()
	viewer := append(slices.Clone(people), nobody, ada, ada)[seed%7]
	got, want := o.first.query(t, viewer, query, variables), o.generated.query(t, viewer, query, variables)
	gotData, gotErrors := dataAndErrors(t, got.Body)
	wantData, wantErrors := dataAndErrors(t, want.Body)
	if gotData != wantData || !slices.Equal(gotErrors, wantErrors) || got.Status != want.Status {
		variables, _ := json.Marshal(variables)
		t.Fatalf("seed %d, as %v:\n%s\n%s\n got %s\n    %s\nwant %s\n    %s", seed, viewer, query, variables,
			gotData, strings.Join(gotErrors, "\n    "), wantData, strings.Join(wantErrors, "\n    "))
	}
	return gotData != ""
}

var errorID = regexp.MustCompile(`quote error [A-Z0-9]+|"errorId":"[A-Z0-9]+"`)

// dataAndErrors are the data of an answer, byte for byte, and its errors, sorted and without ids of their own.
func dataAndErrors(t testing.TB, body []byte) (data string, errs []string) {
	t.Helper()
	var answer struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	for _, e := range answer.Errors {
		errs = append(errs, errorID.ReplaceAllString(string(e), "ID"))
	}
	slices.Sort(errs)
	return string(answer.Data), errs
}

// failing are resolvers that fail: for some objects, for all, with nothing where something must be, or by a panic.
type failing struct{ graph.ResolverRoot }

var errBroken = errors.New("broken")

// chosen are some of all things, always the same ones.
func chosen(thing any) bool {
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, thing)
	return h.Sum32()%3 == 0
}

// some fails for those chosen.
func some[P, V any](objects []P, values []V, err error, name func(P) any) ([]V, error) {
	if err != nil {
		return nil, err
	}
	errs := make(graphql.BatchErrorList, len(objects))
	for i, object := range objects {
		if chosen(name(object)) {
			errs[i] = domain.Errorf(domain.Unavailable, "not for %v", name(object))
		}
	}
	return values, errs
}

// none is nil for those chosen, whether that may be or not.
func none[P, V any](objects []P, values []V, err error, name func(P) any) ([]V, error) {
	for i := range values {
		if chosen(name(objects[i])) {
			values[i] = *new(V)
		}
	}
	return values, err
}

type (
	failingQuery  struct{ graph.QueryResolver }
	failingUser   struct{ graph.UserResolver }
	failingChat   struct{ graph.ChatResolver }
	failingFlux   struct{ graph.FluxTaskResolver }
	failingTotals struct {
		graph.MessageConnectionResolver
	}
	failingFiles struct{ graph.GeneratedFileResolver }
)

func (f failing) Query() graph.QueryResolver       { return failingQuery{f.ResolverRoot.Query()} }
func (f failing) User() graph.UserResolver         { return failingUser{f.ResolverRoot.User()} }
func (f failing) Chat() graph.ChatResolver         { return failingChat{f.ResolverRoot.Chat()} }
func (f failing) FluxTask() graph.FluxTaskResolver { return failingFlux{f.ResolverRoot.FluxTask()} }
func (f failing) GeneratedFile() graph.GeneratedFileResolver {
	return failingFiles{f.ResolverRoot.GeneratedFile()}
}
func (f failing) MessageConnection() graph.MessageConnectionResolver {
	return failingTotals{f.ResolverRoot.MessageConnection()}
}

// AiServices has a null among its items, which must not be. (Where items have relations, the generated executor hands the null to
// their resolvers.)
func (q failingQuery) AiServices(ctx context.Context) ([]*domain.AIService, error) {
	services, err := q.QueryResolver.AiServices(ctx)
	return append(services, nil), err
}

// Models panics.
func (failingQuery) Models(context.Context, bool) ([]*domain.Model, error) { panic("broken") }

// AiService fails.
func (failingQuery) AiService(context.Context, domain.Service) (*domain.AIService, error) {
	return nil, errBroken
}

// Credit fails for some.
func (u failingUser) Credit(ctx context.Context, objs []*domain.User) ([]*domain.Decimal, error) {
	credits, err := u.UserResolver.Credit(ctx, objs)
	return some(objs, credits, err, func(u *domain.User) any { return u.ID })
}

// Files fails for all.
func (failingUser) Files(context.Context, []*domain.User, *int, *string, *int, *string) ([]*graph.FileConnection, error) {
	return nil, domain.NewError(domain.Timeout, "too slow")
}

// Statistics panics.
func (failingUser) Statistics(context.Context, []*domain.User) ([]*domain.Statistics, error) {
	panic("broken")
}

// Messages is null for some, which it must not be.
func (c failingChat) Messages(ctx context.Context, objs []*domain.Chat, first *int, after *string, last *int, before *string) ([]*graph.MessageConnection, error) {
	pages, err := c.ChatResolver.Messages(ctx, objs, first, after, last, before)
	return none(objs, pages, err, func(c *domain.Chat) any { return c.ID })
}

// Files fails for some, and must not be null.
func (f failingFlux) Files(ctx context.Context, objs []*domain.FluxTask, first *int, after *string, last *int, before *string) ([]*graph.GeneratedFileConnection, error) {
	pages, err := f.FluxTaskResolver.Files(ctx, objs, first, after, last, before)
	return some(objs, pages, err, func(t *domain.FluxTask) any { return t.ID })
}

// TotalCount fails for all, and must not be null.
func (failingTotals) TotalCount(context.Context, []*graph.MessageConnection) ([]int, error) {
	return nil, errBroken
}

// Task is a pointer to nothing.
func (failingFiles) Task(_ context.Context, objs []*domain.GeneratedFile) ([]domain.Task, error) {
	tasks := make([]domain.Task, len(objs))
	for i := range tasks {
		tasks[i] = (*domain.FluxTask)(nil)
	}
	return tasks, nil
}

// TestOperationsReachEverything fails if the random operations leave out a field of the schema.
func TestOperationsReachEverything(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for seed := range *operationCount {
		query, _ := anOperation(uint64(seed))
		all.WriteString(query)
	}
	for _, d := range schema.Types {
		for _, f := range d.Fields {
			isAsked := d.IsCompositeType() && !d.BuiltIn && d != schema.Mutation && !strings.HasPrefix(f.Name, "__") && !strings.HasSuffix(d.Name, "Payload") && d.Name != "UserError"
			if isAsked && !strings.Contains(all.String(), f.Name) {
				t.Errorf("%s.%s is asked for by none of them", d.Name, f.Name)
			}
		}
	}
}
