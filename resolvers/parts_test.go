package resolvers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"atelier/domain"
)

// numberedLists are those that have page numbers.
var numberedLists = []listed{
	{"Query.usersPage", `{ usersPage(PAGE) ITEMS }`, "usersPage"},
	{"Query.tasksPage", `{ tasksPage(PAGE, filter: {service: FLUX}) ITEMS }`, "tasksPage"},
}

// parts are the fields of a list as they are selected, by their names.
func (l listed) parts() map[string]string {
	within := map[string]string{
		"edges": "edges { cursor node { id } }", "nodes": "nodes { id }", "items": "items { id }",
		"pageInfo": "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }",
	}
	parent, field, _ := strings.Cut(l.field, ".")
	parts := map[string]string{}
	for _, f := range typeOf(schema.Types[parent].Fields.ForName(field)).Fields {
		parts[f.Name] = f.Name
		if typeOf(f).IsCompositeType() {
			parts[f.Name] = within[f.Name]
		}
	}
	return parts
}

// ask asks for a page of the list, and some of it.
func (l listed) ask(t *testing.T, a *api, arguments string, parts ...string) answer {
	t.Helper()
	return a.query(t, first, strings.NewReplacer("PAGE", arguments, "ITEMS", "{ "+strings.Join(parts, " ")+" }").Replace(l.query), nil)
}

// TestPartsOfLists asks for each field of every list alone, which reads no more than that field needs: it is what it is beside all others.
func TestPartsOfLists(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "ties.sql"))
	for _, l := range slices.Concat(lists, numberedLists) {
		arguments := "last: 5"
		if strings.HasSuffix(l.field, "Page") {
			arguments = "page: 2, pageSize: 5"
		}
		var all []string
		for _, part := range l.parts() {
			all = append(all, part)
		}
		whole := l.ask(t, a, arguments, all...).must(t)
		for name, part := range l.parts() {
			got, want := l.ask(t, a, arguments, part).must(t).at(l.path+"."+name), whole.at(l.path+"."+name)
			if len(got) == 0 || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %s alone is %v, beside all others %v", l.query, part, got, want)
			}
		}
	}
}

// TestListsOfWhichNothingIsRead refuses wrong arguments also where no page is read.
func TestListsOfWhichNothingIsRead(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "ties.sql"))
	for _, c := range []struct {
		lists     []listed
		parts     []string
		arguments string
		want      domain.Code
	}{
		{lists, []string{"totalCount", "__typename"}, "first: 0", domain.InvalidPage},
		{lists, []string{"totalCount", "__typename"}, "last: 101", domain.InvalidPage},
		{lists, []string{"totalCount", "__typename"}, "first: 1, last: 1", domain.InvalidPage},
		{lists, []string{"totalCount", "__typename"}, `after: "no cursor"`, domain.InvalidCursor},
		{lists, []string{"totalCount", "__typename"}, `last: 1, before: "no cursor"`, domain.InvalidCursor},
		{numberedLists, []string{"total", "page"}, "page: 0", domain.InvalidPage},
		{numberedLists, []string{"total", "page"}, "pageSize: 101", domain.InvalidPage},
	} {
		for _, l := range c.lists {
			for _, part := range c.parts {
				if got := l.ask(t, a, c.arguments, part); !slices.Equal(got.codes(), []domain.Code{c.want}) {
					t.Errorf("%s of %s with %s: %s", part, l.query, c.arguments, got.Body)
				}
			}
		}
	}
}
