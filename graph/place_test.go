package graph_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"atelier/graph"
)

// placesOf are the places that a query's resolvers stand at, and how often each is asked.
func placesOf(t *testing.T, query string) map[string]int {
	t.Helper()
	var mu sync.Mutex
	places := map[string]int{}
	body, _ := (&spy{note: func(ctx context.Context) {
		mu.Lock()
		defer mu.Unlock()
		places[graph.Place(ctx)]++
	}}).ask(t, query, nil)
	requireNoErrors(t, body)
	return places
}

func TestPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"a root", `{ viewer { id } }`, []string{"viewer"}},
		{"roots", `{ a: viewer { id } b: viewer { id } }`, []string{"a", "b"}},
		{"a field of a root", `{ viewer { credit } }`, []string{"viewer", "viewer.credit"}},
		{"items of a list", `{ users { nodes { credit } } }`, []string{"users", "users.nodes.credit"}},
		{"edges", `{ users { edges { node { credit } } } }`, []string{"users", "users.edges.node.credit"}},
		{"response keys", `{ u: users { e: edges { n: node { c: credit d: credit } } } }`, []string{"u", "u.e.n.c", "u.e.n.d"}},
		{"fragments", `{ ...root } fragment root on Query { users { ... { nodes { ...user } } } } fragment user on User { ... on Node { ... on User { credit } } }`,
			[]string{"users", "users.nodes.credit"}},
		{"a list of several types", `{ nodes(ids: ["VXNlcjph"]) { ... on User { credit } ... on Chat { user { id } } } }`, []string{"nodes", "nodes.credit", "nodes.user"}},
		{"lists in lists", `{ users { nodes { chats { edges { node { user { chats { nodes { user { credit } } } } } } } } } }`, []string{
			"users", "users.nodes.chats", "users.nodes.chats.edges.node.user", "users.nodes.chats.edges.node.user.chats",
			"users.nodes.chats.edges.node.user.chats.nodes.user", "users.nodes.chats.edges.node.user.chats.nodes.user.credit",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := slices.Sorted(maps.Keys(placesOf(t, c.query))); !slices.Equal(got, slices.Sorted(slices.Values(c.want))) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestDeepPlace goes deeper than what Place holds without allocating.
func TestDeepPlace(t *testing.T) {
	t.Parallel()
	const levels = 11 // 35 keys. Each level doubles the users.
	query := "{ viewer { " + strings.Repeat("chats { nodes { user { ", levels) + "credit" + strings.Repeat(" } } }", levels) + " } }"
	want := "viewer" + strings.Repeat(".chats.nodes.user", levels) + ".credit"
	if places := placesOf(t, query); places[want] == 0 {
		t.Errorf("nothing stands at %s", want)
	}
}

// TestSelects asks, where the users are resolved, whether their names or credits are selected.
func TestSelects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, selection, fragments string
		want                       bool
	}{
		{name: "neither", selection: `nodes { id role } pageInfo { endCursor }`},
		{name: "an item's", selection: `nodes { id name }`, want: true},
		{name: "an edge's", selection: `edges { cursor node { credit } }`, want: true},
		{name: "under another name", selection: `nodes { x: name }`, want: true},
		{name: "another under its name", selection: `nodes { name: role }`},
		{name: "of what an item leads to", selection: `nodes { chats { nodes { user { name } } } }`},
		{name: "in a fragment", selection: `...page`, fragments: `fragment page on UserConnection { nodes { ...user } } fragment user on User { name }`, want: true},
		{name: "in a fragment on an interface", selection: `nodes { ... on Node { id ... on User { name } } }`, want: true},
		{name: "skipped", selection: `nodes { id name @skip(if: true) }`},
		{name: "skipped by a variable", selection: `nodes { id name @skip(if: $yes) }`},
		{name: "not skipped", selection: `nodes { id name @skip(if: $no) }`, want: true},
		{name: "included", selection: `nodes { id name @include(if: $yes) }`, want: true},
		{name: "not included, by default", selection: `nodes { id name @include(if: $default) }`},
		{name: "included and skipped", selection: `nodes { id name @include(if: $yes) @skip(if: $yes) }`},
		{name: "in a fragment that is skipped", selection: `id: totalCount @skip(if: true) ...page @skip(if: $yes)`, fragments: `fragment page on UserConnection { nodes { name } }`},
		{name: "in a list that is skipped", selection: `nodes @skip(if: $yes) { name } edges { cursor }`},
		{name: "once skipped, once not", selection: `nodes { name @skip(if: $yes) } edges { node { name } }`, want: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got bool
			query := `query ($yes: Boolean! = true, $no: Boolean! = false, $default: Boolean! = false) { users { ` + c.selection + ` }
				used: viewer { id @skip(if: $yes) name @skip(if: $no) role @skip(if: $default) } } ` + c.fragments
			body, _ := (&spy{note: func(ctx context.Context) {
				if graph.Place(ctx) == "users" {
					got = graph.Selects(ctx, "name", "credit")
				}
			}}).ask(t, query, nil)
			requireNoErrors(t, body)
			if got != c.want {
				t.Errorf("selects: %t, want %t", got, c.want)
			}
		})
	}
}

// TestSelectsOnOneObject asks the same where a field leads to one object, as queries by id do.
func TestSelectsOnOneObject(t *testing.T) {
	t.Parallel()
	for selection, want := range map[string]bool{`{ id }`: false, `{ name }`: true, `{ ... on User { credit } }`: true, `{ chats { nodes { title } } }`: false} {
		var got bool
		body, _ := (&spy{note: func(ctx context.Context) {
			if graph.Place(ctx) == "viewer" {
				got = graph.Selects(ctx, "name", "credit")
			}
		}}).ask(t, "{ viewer "+selection+" }", nil)
		requireNoErrors(t, body)
		if got != want {
			t.Errorf("%s selects: %t, want %t", selection, got, want)
		}
	}
}

// TestNothingIsDeferred refuses documents that defer, since the parts that come later would not be sent, and does not offer it.
func TestNothingIsDeferred(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		`{ users { nodes { id ... @defer { credit } } } }`,
		`{ viewer { id ...later @defer(label: "x", if: true) } } fragment later on User { credit }`,
		`{ viewer { id ... @defer(if: false) { credit } } }`,
	} {
		body, _ := (&spy{}).ask(t, query, nil)
		var got struct {
			Data   any
			Errors []struct{ Extensions map[string]any }
		}
		if err := json.Unmarshal(body, &got); err != nil || got.Data != nil || len(got.Errors) != 1 || got.Errors[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s is answered %s", query, body)
		}
	}
	body, _ := (&spy{}).ask(t, `{ __schema { directives { name } } }`, nil)
	requireNoErrors(t, body)
	if strings.Contains(string(body), "defer") || !strings.Contains(string(body), "access") {
		t.Errorf("offers %s", body)
	}
}
