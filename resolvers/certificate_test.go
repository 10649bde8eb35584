package resolvers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/graph/transport"
	"atelier/resolvers"
	"atelier/store"
)

// TestCertificates gives the bounds of some operations: they are those of the query alone, and reached where there is something to
// read. Every other test fails, too, if an answer takes more statements than its certificate allows.
func TestCertificates(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "crowd.sql"))
	for query, want := range map[string]int{
		`{ users(first: N) { nodes { name } } }`:                                                               1,
		`{ users(first: N) { totalCount edges { node { credit tasks(first: 2) { totalCount } } } } }`:          1 + 1 + 1 + 1,
		`{ tasks(first: N) { nodes { user { credit } files { nodes { task { id } } } } } }`:                    5,
		`{ users(first: N) { totalCount __typename } tasks(first: N) { totalCount } }`:                         2,
		`{ usersPage(pageSize: N) { total } tasksPage(pageSize: N) { items { id } } }`:                         2,
		`{ tasksPage(pageSize: N) { total items { user { id } } } }`:                                           3,
		`{ a: users(first: N) { nodes { x: credit y: credit } } viewer { credit name chats { totalCount } } }`: 5,
	} {
		for _, n := range []string{"1", "10", "100"} {
			got := a.query(t, boss, strings.ReplaceAll(query, "N", n), nil).must(t)
			if got.Bound != want || got.Statements != want {
				t.Errorf("%s of %s: a bound of %d, and %d statements; want %d", query, n, got.Bound, got.Statements, want)
			}
		}
	}
}

// TestCertificatesOfRandomOperations holds random operations to theirs.
func TestCertificatesOfRandomOperations(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	certified, statements := 0, 0
	for seed := range 500 {
		query, variables := anOperation(uint64(seed))
		if got := a.query(t, ada, query, variables); got.Bound > 0 {
			certified++
			statements += got.Statements
		}
	}
	if certified < 400 || statements < 1000 {
		t.Errorf("only %d operations are certified, with %d statements", certified, statements)
	}
}

// careless are resolvers with an N+1: they read each user's balance on its own.
type careless struct{ graph.ResolverRoot }

type carelessUser struct{ graph.UserResolver }

func (c careless) User() graph.UserResolver { return carelessUser{c.ResolverRoot.User()} }

// Credit reads one by one.
func (u carelessUser) Credit(ctx context.Context, objs []*domain.User) (credits []*domain.Decimal, err error) {
	for _, user := range objs {
		one, err := u.UserResolver.Credit(ctx, []*domain.User{user})
		if err != nil {
			return nil, err
		}
		credits = append(credits, one...)
	}
	return credits, nil
}

// TestAnNPlus1IsFound plants one: the certificate tells.
func TestAnNPlus1IsFound(t *testing.T) {
	t.Parallel()
	a := serve(t, store.Config{URL: database(t, "crowd.sql")}, func(r *resolvers.Resolver) graph.ResolverRoot { return careless{r} })
	for n, want := range map[int]bool{1: false, 10: true} {
		body, err := json.Marshal(map[string]any{"query": fmt.Sprintf(`{ users(first: %d) { nodes { credit } } }`, n)})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.send(t, boss, body); got.isBeyond() != want || got.Statements != 1+n {
			t.Errorf("%d users: %d statements, a bound of %d", n, got.Statements, got.Bound)
		}
	}
}

// TestAdminsReadTheCertificate asks for what an answer cost: admins learn how many statements it might have taken.
func TestAdminsReadTheCertificate(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	for viewer, want := range map[auth.Viewer]bool{ada: true, bob: false} {
		request := httptest.NewRequestWithContext(auth.WithViewer(t.Context(), viewer), http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ viewer { credit } }"}`))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set(transport.HeaderCost, "1")
		recorder := httptest.NewRecorder()
		a.handler.ServeHTTP(recorder, request)
		if got := strings.Contains(recorder.Body.String(), `"statementsMax":2`); got != want {
			t.Errorf("%s: %s", viewer.ID, recorder.Body)
		}
	}
}
