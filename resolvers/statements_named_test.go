package resolvers_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestStatementsOfQueries counts what whole queries take. N is 1, 10 and 100 in turn; the count is the same.
func TestStatementsOfQueries(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "crowd.sql"))
	for _, c := range []struct {
		name, query string
		want        int
	}{
		{"users with credit", `{ users(first: N) { edges { node { id name credit } } } }`, 2},
		{"users, credit, tasks, chats, messages", `{ users(first: N) { edges { node {
			name credit
			tasks(first: 5) { edges { node { id prompt } } }
			chats(first: 3) { edges { node { title messages(last: 5) { edges { node { role content } } } } } }
		} } } }`, 5},
		{"every total of every user", `{ users(first: N) { totalCount nodes {
			tasks { totalCount } creditLogs { totalCount } chats { totalCount } files { totalCount } generatedFiles { totalCount }
		} } }`, 2 + 5},
		{"totals of totals", `{ users(first: N) { nodes { chats(first: 2) { totalCount nodes { messages { totalCount } } }
			tasks(first: 3) { totalCount nodes { files { totalCount } } } } } }`, 1 + 2 + 1 + 2 + 1},
		{"totals alone", `{ users(first: N) { totalCount } tasks(first: N) { totalCount } viewer { chats(first: N) { totalCount } } }`, 1 + 1 + 2},
		{"a total and the name of its type", `{ users(first: N) { __typename ...count } } fragment count on UserConnection { totalCount }`, 1},
		{"a total without what is left out", `{ users(first: N) { totalCount nodes @skip(if: true) { id } ... @include(if: false) { edges { cursor } } } }`, 1},
		{"a total, and elsewhere the items", `{ users(first: N) { totalCount } users(first: N) { nodes { id } } }`, 2},
		{"nothing of a page", `{ users(first: N) { nodes { tasks { __typename } } } }`, 1},
		{"no total unless asked for", `{ users(first: N) { nodes { tasks { pageInfo { endCursor } } } } }`, 2},
		{"a field twice", `{ users(first: N) { nodes { a: credit b: credit } } }`, 2},
		{"a list twice", `{ users(first: N) { nodes { a: tasks(first: 2) { nodes { id } } b: tasks(first: 2) { nodes { id } } } } }`, 2},
		{"a list under two names and sizes", `{ users(first: N) { nodes { a: tasks(first: 2) { nodes { id } } b: tasks(last: 2) { nodes { id } } } } }`, 3},
		{"a list under two filters", `{ users(first: N) { nodes {
			a: tasks(filter: {service: FLUX}) { totalCount } b: tasks(filter: {status: QUEUED}) { totalCount } } } }`, 3},
		{"a total under two names", `{ users(first: N) { nodes { tasks { a: totalCount b: totalCount } } } }`, 2},
		{"edges and nodes of one page", `{ users(first: N) { edges { node { credit } } nodes { credit } } }`, 2},
		{"relations of edges and nodes", `{ tasks(first: N) { edges { node { user { id } } } nodes { user { id } } } }`, 2},
		{"one field of three types", `{ tasks(first: N) { nodes {
			... on MidjourneyTask { user { id } files { nodes { id } } }
			... on FluxTask { user { id } files { nodes { id } } }
			... on DreamworkTask { user { id } files { nodes { id } } } } } }`, 3},
		{"one field of three types, through edges", `{ tasks(first: N) { edges { node {
			... on MidjourneyTask { user { credit } } ... on FluxTask { user { credit } } ... on DreamworkTask { user { credit } } } } } }`, 3},
		{"one field of the interface and of a type", `{ tasks(first: N) { nodes { user { id } ... on MidjourneyTask { user { id } } } } }`, 2},
		{"a fragment of its own", `{ users(first: N) { nodes { ...wealth } } } fragment wealth on User { credit statistics { totalTasks } }`, 3},
		{"a page by its number", `{ tasksPage(pageSize: N) { total items { user { credit } files { totalCount } } } }`, 2 + 3},
		{"numbered pages that are counted alone", `{ a: usersPage(pageSize: N) { total } b: usersPage(pageSize: N) { page totalPages } c: tasksPage(pageSize: N) { hasPrev }
			d: tasksPage(pageSize: N) { total totalPages pageSize } }`, 4},
		{"items that are not counted", `{ usersPage(pageSize: N) { page pageSize items { credit } } tasksPage(pageSize: N) { items { id } } }`, 3},
		{"nothing of a numbered page", `{ usersPage(pageSize: N) { page pageSize } viewer { id } }`, 1},
		{"two pages at the root", `{ a: tasks(first: N) { nodes { user { id } } } b: tasks(last: N) { nodes { user { id } } } }`, 4},
		{"relations that share their objects", `{ tasks(first: N) { nodes { user { credit } files(first: 1) { nodes { user { credit } } } } } }`, 1 + 2 + 1 + 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []string{"1", "10", "100"} {
				got := a.query(t, boss, strings.ReplaceAll(c.query, "N", n), nil).must(t)
				if got.Statements != c.want {
					t.Errorf("%s parents: %d statements, want %d", n, got.Statements, c.want)
				}
			}
		})
	}
}

// TestStatementsOfArgumentsByType gives one field different arguments on different types: a statement for each page asked
// for, not for each parent. The newest task of the crowd is of Midjourney, the next of Flux.
func TestStatementsOfArgumentsByType(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "crowd.sql"))
	for _, wrapper := range []string{"nodes { %s }", "edges { node { %s } }"} {
		for _, n := range []int{2, 10, 100} {
			list := fmt.Sprintf(wrapper, `__typename
				... on FluxTask { files(first: 1) { totalCount nodes { task { id } } } }
				... on MidjourneyTask { files(first: 2) { totalCount nodes { task { id } } } }`)
			got := a.query(t, boss, fmt.Sprintf("{ tasks(first: %d) { %s } }", n, list), nil).must(t)
			if want := 1 + 2*3; got.Statements != want {
				t.Errorf("%s of %d: %d statements, want %d", wrapper, n, got.Statements, want)
			}
		}
	}
}

// TestStatementsOfMixedNodes asks for objects of all types at once: a statement for each type, tasks being one, and for
// each relation, but for the page of which no more than the total is asked.
func TestStatementsOfMixedNodes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "crowd.sql"))
	types := []string{"User", "MidjourneyTask", "FluxTask", "DreamworkTask", "Chat", "Message", "File", "GeneratedFile", "CreditLog", "Model", "AIService"}
	query := `query ($ids: [ID!]!) { nodes(ids: $ids) {
		... on User { credit } ... on Task { user { id } } ... on Chat { messages { totalCount } } ... on Message { parent { id } }
		... on File { user { id } } ... on GeneratedFile { task { id } } ... on CreditLog { task { id } } ... on Model { baseModel { id } }
	} }`
	for _, each := range []int{1, 9} {
		var ids []string
		for n := range each {
			for _, typeName := range types {
				ids = append(ids, crowdID(typeName, n+1, "flux"))
			}
		}
		got := a.query(t, boss, query, map[string]any{"ids": ids}).must(t)
		if want := 9 + 8; got.Statements != want {
			t.Errorf("%d of each type: %d statements, want %d", each, got.Statements, want)
		}
	}
}

// TestStatementsOfEmptyLevels reads nothing where there is nothing to read for.
func TestStatementsOfEmptyLevels(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "crowd.sql"))
	a.exec(t, `INSERT INTO users (id, name, email) VALUES ('idle', 'Idle', 'idle@example.com')`)
	got := a.query(t, boss, `query ($id: ID!) { user(id: $id) { tasks { nodes { user { credit } files { totalCount } } } chats { nodes { messages { totalCount } } } } }`,
		map[string]any{"id": globalID("User", "idle")}).must(t)
	if want := 3; got.Statements != want {
		t.Errorf("%d statements, want %d", got.Statements, want)
	}
}
