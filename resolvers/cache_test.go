package resolvers_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"atelier/auth"
	"atelier/cache"
)

// newCachedAPI is newAPI through a cache in this process, which drops nothing: its values live by their lifetimes.
func newCachedAPI(t testing.TB, url string) *api {
	t.Helper()
	c, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	a := newAPI(t, url)
	a.root.Through(c)
	return a
}

// TestStatementsOnAWarmCache: what is kept needs no statement the second time, and what must not be kept still does.
func TestStatementsOnAWarmCache(t *testing.T) {
	t.Parallel()
	a := newCachedAPI(t, database(t, "world.sql"))
	a.root.SetClock(time.Now) // Statistics are not kept when their month is over.
	for _, one := range []struct {
		name, query string
		cold, warm  int
	}{
		{"a user", `{ user(id: "` + globalID("User", "cleo") + `") { name email } }`, 1, 0},
		{"users, and nobody", `{ nodes(ids: ["` + globalID("User", "pia") + `", "` + globalID("User", "none") + `"]) { id } }`, 1, 0},
		{"an owner", `{ chat(id: "` + globalID("Chat", "chat-bob-1") + `") { user { name } } }`, 2, 1},
		{"a balance", `{ user(id: "` + globalID("User", "bob") + `") { credit } }`, 1, 1}, // The user is there already.
		{"a light task", `{ task(id: "` + globalID("FluxTask", "flux-bob") + `") { status } }`, 1, 0},
		{"a full task", `{ task(id: "` + globalID("FluxTask", "flux-bob") + `") { prompt } }`, 1, 0},
		{"services", `{ aiServices { id prices { credits } } }`, 1, 0},
		{"models", `{ models { name } }`, 1, 0},
		{"more models", `{ models(includeInactive: true) { name params } }`, 1, 0},
		{"statistics", `{ user(id: "` + globalID("User", "ada") + `") { statistics { totalTasks totalCreditsUsed } } }`, 2, 0},
		{"a list", `{ users(first: 2) { nodes { name } } }`, 1, 1},
	} {
		cold, warm := a.query(t, ada, one.query, nil).must(t), a.query(t, ada, one.query, nil).must(t)
		if cold.Statements != one.cold || warm.Statements != one.warm {
			t.Errorf("%s: %d statements and then %d, want %d and %d", one.name, cold.Statements, warm.Statements, one.cold, one.warm)
		}
		if !bytes.Equal(cold.Body, warm.Body) {
			t.Errorf("%s: %s\nand then %s", one.name, cold.Body, warm.Body)
		}
	}
}

// TestAWarmCacheLeaksNothing asks over every way, as everyone and in any order, twice: the answers are those that there are without a
// cache. Errors come in any order.
func TestAWarmCacheLeaksNothing(t *testing.T) {
	t.Parallel()
	url := database(t, "world.sql")
	plain, cached := newAPI(t, url), newCachedAPI(t, url)
	type request struct {
		question

		viewer auth.Viewer
	}
	var requests []request
	for _, q := range everyNth(corpus(), 11, 0) {
		for _, viewer := range []auth.Viewer{nobody, pia, bob, cleo, ada} {
			requests = append(requests, request{q, viewer}, request{q, viewer})
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(requests), func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
	saved := 0
	for _, r := range requests {
		want, got := plain.query(t, r.viewer, r.text, r.variables), cached.query(t, r.viewer, r.text, r.variables)
		if saved += want.Statements - got.Statements; !reflect.DeepEqual(want.Data, got.Data) || !slices.Equal(want.refusals(), got.refusals()) {
			t.Errorf("%s asks %s: %s\nand from the cache: %s", nameOf(r.viewer), r.text, want.Body, got.Body)
		}
		requireNoMarks(t, r.viewer, got.Body)
	}
	if t.Logf("%d requests, %d statements fewer", len(requests), saved); saved < len(requests)/10 {
		t.Errorf("only %d statements fewer in %d requests", saved, len(requests))
	}
}
