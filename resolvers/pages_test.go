package resolvers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"atelier/auth"
	"atelier/domain"
)

// listed is a list of the ties: a query with PAGE among its arguments and ITEMS where its
// selection stands, and where the page stands in the answer.
type listed struct {
	field string // "Type.field", as the schema has it.
	query string
	path  string
}

// page asks for a part of the list.
func (l listed) page(t *testing.T, a *api, arguments string) answer {
	t.Helper()
	const items = `{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }`
	return a.query(t, first, strings.NewReplacer("PAGE", arguments, "ITEMS", items).Replace(l.query), nil)
}

// first is the admin of the ties.
var first = auth.Viewer{ID: "u01", Role: domain.RoleAdmin}

// tied is how many items each list of the ties has.
const tied = 37

// lists are all the lists that there are; with every order, and with filters that let all of the ties pass.
var lists = []listed{
	{"Query.users", `{ users(PAGE) ITEMS }`, "users"},
	{"Query.users", `{ users(PAGE, orderBy: {direction: ASC}) ITEMS }`, "users"},
	{"Query.users", `{ users(PAGE, orderBy: {field: NAME}) ITEMS }`, "users"},
	{"Query.users", `{ users(PAGE, orderBy: {field: NAME, direction: ASC}) ITEMS }`, "users"},
	{"Query.users", `{ users(PAGE, filter: {search: "same"}) ITEMS }`, "users"},
	{"Query.users", `{ users(PAGE, filter: {createdAfter: "2026-01-01T00:00:00Z"}) ITEMS }`, "users"},
	{"Query.users", `{ users(PAGE, filter: {createdBefore: "2027-01-01T00:00:00Z"}) ITEMS }`, "users"},
	{"Query.tasks", `{ tasks(PAGE, filter: {userId: "` + globalID("User", "u01") + `"}) ITEMS }`, "tasks"},
	{"Query.tasks", `{ tasks(PAGE, filter: {userId: "` + globalID("User", "u02") + `"} orderBy: {direction: ASC}) ITEMS }`, "tasks"},
	{"Query.tasks", `{ tasks(PAGE, filter: {userId: "` + globalID("User", "u01") + `", status: SUCCEEDED}) ITEMS }`, "tasks"},
	{"User.tasks", `{ viewer { tasks(PAGE) ITEMS } }`, "viewer.tasks"},
	{"User.tasks", `{ viewer { tasks(PAGE, orderBy: {direction: ASC}) ITEMS } }`, "viewer.tasks"},
	{"User.tasks", `{ viewer { tasks(PAGE, filter: {status: SUCCEEDED}) ITEMS } }`, "viewer.tasks"},
	{"User.creditLogs", `{ viewer { creditLogs(PAGE) ITEMS } }`, "viewer.creditLogs"},
	{"User.chats", `{ viewer { chats(PAGE) ITEMS } }`, "viewer.chats"},
	{"User.chats", `{ viewer { chats(PAGE, filter: {archived: false}) ITEMS } }`, "viewer.chats"},
	{"User.files", `{ viewer { files(PAGE) ITEMS } }`, "viewer.files"},
	{"User.generatedFiles", `{ viewer { generatedFiles(PAGE) ITEMS } }`, "viewer.generatedFiles"},
	{"User.generatedFiles", `{ viewer { generatedFiles(PAGE, filter: {service: FLUX}) ITEMS } }`, "viewer.generatedFiles"},
	{"FluxTask.files", `{ task(id: "` + globalID("FluxTask", "t-u01-01") + `") { files(PAGE) ITEMS } }`, "task.files"},
	{"Chat.messages", `{ chat(id: "` + globalID("Chat", "c-u01-01") + `") { messages(PAGE) ITEMS } }`, "chat.messages"},
}

// TestPages walks every list in both directions: each item is seen once, in one order, and every page knows what is around it.
func TestPages(t *testing.T) {
	t.Parallel()
	requireEveryList(t)
	a := newAPI(t, database(t, "ties.sql"))
	for _, l := range lists {
		t.Run(l.query, func(t *testing.T) {
			t.Parallel()
			whole := l.page(t, a, "first: 100").must(t)
			order := idsOf(whole, l.path)
			if distinct := slices.Compact(slices.Sorted(slices.Values(order))); len(distinct) != tied || len(order) != tied {
				t.Fatalf("%d items, %d of them distinct, want %d", len(order), len(distinct), tied)
			}
			for _, size := range []int{1, 12, 36, 37} {
				if got := l.walk(t, a, size, false); !slices.Equal(got, order) {
					t.Errorf("forwards by %d: %v\nwant %v", size, got, order)
				}
				if got := l.walk(t, a, size, true); !slices.Equal(got, order) {
					t.Errorf("backwards by %d: %v\nwant %v", size, got, order)
				}
			}
			l.checkWindows(t, a, whole, order)
		})
	}
}

// requireEveryList fails the test if a list of the schema is not walked.
func requireEveryList(t *testing.T) {
	t.Helper()
	for _, d := range schema.Types {
		for _, f := range d.Fields {
			isTask := d.Name == "MidjourneyTask" || d.Name == "DreamworkTask" || d.Name == "Task" // As FluxTask.
			if strings.HasSuffix(f.Type.Name(), "Connection") && !isTask && !slices.ContainsFunc(lists, func(l listed) bool { return l.field == d.Name+"."+f.Name }) {
				t.Errorf("nobody walks %s.%s", d.Name, f.Name)
			}
		}
	}
}

func idsOf(a answer, path string) (ids []string) {
	for _, id := range a.at(path + ".edges.node.id") {
		ids = append(ids, id.(string))
	}
	return ids
}

// walk reads the list page by page and returns its items in the list's order.
func (l listed) walk(t *testing.T, a *api, size int, backward bool) (seen []string) {
	t.Helper()
	arguments, cursor, ahead, behind := "first: %d", ", after: %q", "hasNextPage", "hasPreviousPage"
	if backward {
		arguments, cursor, ahead, behind = "last: %d", ", before: %q", behind, ahead
	}
	arguments = fmt.Sprintf(arguments, size)
	for asked, more := arguments, true; more; {
		page := l.page(t, a, asked).must(t)
		l.checkInfo(t, page, size, len(seen), ahead, behind)
		ids := idsOf(page, l.path)
		if backward {
			seen = append(ids, seen...)
			asked = arguments + fmt.Sprintf(cursor, page.at(l.path + ".pageInfo.startCursor")[0])
		} else {
			seen = append(seen, ids...)
			asked = arguments + fmt.Sprintf(cursor, page.at(l.path + ".pageInfo.endCursor")[0])
		}
		more = page.at(l.path + ".pageInfo." + ahead)[0].(bool) && len(seen) <= tied
	}
	return seen
}

// checkInfo checks what a page says of itself, before being the number of items that came before it on the walk.
func (l listed) checkInfo(t *testing.T, page answer, size, before int, ahead, behind string) {
	t.Helper()
	info := page.at(l.path + ".pageInfo")[0].(map[string]any)
	cursors := page.at(l.path + ".edges.cursor")
	if info["startCursor"] != cursors[0] || info["endCursor"] != cursors[len(cursors)-1] {
		t.Errorf("after %d items: %v does not fit the edges' %v", before, info, cursors)
	}
	if info[ahead] != (before+size < tied) || info[behind] != (before > 0) {
		t.Errorf("after %d items, by %d: %v", before, size, info)
	}
	if total := page.at(l.path + ".totalCount")[0]; total != float64(tied) {
		t.Errorf("after %d items: the total is %v, want %d", before, total, tied)
	}
}

// checkWindows reads between two cursors, from either end, and beyond the last item.
func (l listed) checkWindows(t *testing.T, a *api, whole answer, order []string) {
	t.Helper()
	cursor := func(i int) string { return whole.at(l.path + ".edges.cursor")[i].(string) }
	for _, c := range []struct {
		arguments         string
		want              []string
		previous, hasNext bool
	}{
		{fmt.Sprintf("first: 9, after: %q, before: %q", cursor(3), cursor(9)), order[4:9], true, true},
		{fmt.Sprintf("first: 2, after: %q, before: %q", cursor(3), cursor(9)), order[4:6], true, true},
		{fmt.Sprintf("last: 2, after: %q, before: %q", cursor(3), cursor(9)), order[7:9], true, true},
		{fmt.Sprintf("last: 2, after: %q", cursor(3)), order[35:], true, false},
		{fmt.Sprintf("first: 2, before: %q", cursor(9)), order[:2], false, true},
		{fmt.Sprintf("first: 5, after: %q", cursor(tied-1)), nil, true, false},
		{fmt.Sprintf("last: 5, before: %q", cursor(0)), nil, false, true},
		{fmt.Sprintf("first: 5, after: %q, before: %q", cursor(9), cursor(3)), nil, true, true},
	} {
		got := l.page(t, a, c.arguments).must(t)
		info := got.at(l.path + ".pageInfo")[0].(map[string]any)
		if ids := idsOf(got, l.path); !slices.Equal(ids, c.want) || info["hasPreviousPage"] != c.previous || info["hasNextPage"] != c.hasNext {
			t.Errorf("%s: %v %v\nwant %v, with %t before and %t after", c.arguments, ids, info, c.want, c.previous, c.hasNext)
		}
	}
}

// TestPagesOfManyParents pages the lists of two users at once, each from where the cursor stands in it.
func TestPagesOfManyParents(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "ties.sql"))
	const query = `query ($ids: [ID!]!, $after: String) { nodes(ids: $ids) { ... on User {
		chats(first: 20, after: $after) { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } } } }`
	ids := []string{globalID("User", "u02"), globalID("User", "u03"), globalID("User", "u01")}
	page := a.query(t, first, query, map[string]any{"ids": ids}).must(t)
	if got, want := fmt.Sprint(page.at("nodes.chats.totalCount"), page.at("nodes.chats.pageInfo.hasNextPage")), "[37 0 37] [true false true]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// The chats of u01 sort before those of u02 by their ids, descending: all of them come after a cursor of u02's.
	page = a.query(t, first, query, map[string]any{"ids": ids, "after": page.at("nodes.chats.pageInfo.endCursor")[0]}).must(t)
	if got, want := fmt.Sprint(page.at("nodes.chats.pageInfo.hasPreviousPage"), len(page.at("nodes.chats.nodes"))), "[true false false] 37"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestForeignCursors gives every list the cursors of all others: in another order, under another filter, of another list.
// Lists that share an order and a filter, such as those of two users, share their cursors.
func TestForeignCursors(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "ties.sql"))
	for i, l := range lists {
		cursor := l.page(t, a, "first: 1").must(t).at(l.path + ".pageInfo.endCursor")[0].(string)
		for k, other := range lists {
			for _, arguments := range []string{"first: 5, after: %q", "first: 5, before: %q"} {
				got := other.page(t, a, fmt.Sprintf(arguments, cursor))
				if i != k && !slices.Equal(got.codes(), []domain.Code{domain.InvalidCursor}) {
					t.Errorf("%s takes a cursor of %s: %s", other.query, l.query, got.Body)
				}
			}
		}
	}
}

// TestTamperedCursors gives a list cursors that were cut, lengthened, or changed in one place.
func TestTamperedCursors(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "ties.sql"))
	l := lists[slices.IndexFunc(lists, func(l listed) bool { return l.field == "User.tasks" })]
	cursor := l.page(t, a, "first: 1").must(t).at(l.path + ".pageInfo.endCursor")[0].(string)
	bad := []string{"", cursor + "A", cursor + "=", cursor + "\n", " " + cursor, cursor + cursor, strings.Repeat("A", 5000)}
	for i := range cursor {
		other := "A"
		if cursor[i] == 'A' {
			other = "B"
		}
		bad = append(bad, cursor[:i], cursor[i+1:], cursor[:i]+other+cursor[i+1:])
	}
	for _, c := range bad {
		if got := l.page(t, a, fmt.Sprintf("first: 5, after: %q", c)); !slices.Equal(got.codes(), []domain.Code{domain.InvalidCursor}) {
			t.Errorf("%q is taken for a cursor: %s", c, got.Body)
		}
	}
}
