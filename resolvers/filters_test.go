package resolvers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// TestNullDoesNotNarrow gives every filter that there is with all its conditions null, as clients do whose variables are not
// set: the list is the one without a filter.
func TestNullDoesNotNarrow(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	filters := 0
	for _, of := range []*ast.Definition{schema.Query, schema.Types["User"]} {
		for _, f := range of.Fields {
			argument := f.Arguments.ForName("filter")
			if argument == nil {
				continue
			}
			filters++
			call := func(argument string) string {
				query := fmt.Sprintf("%s%s { __typename %s }", f.Name, argument, totalOf(f))
				if of != schema.Query {
					query = "viewer { " + query + " }"
				}
				return "{ " + query + " }"
			}
			want := a.query(t, ada, call(""), nil).must(t)
			got := a.query(t, ada, call("(filter: "+nulls(schema.Types[argument.Type.Name()])+")"), nil).must(t)
			if string(got.Body) != string(want.Body) {
				t.Errorf("%s.%s: %s, want %s", of.Name, f.Name, got.Body, want.Body)
			}
		}
	}
	if filters < 6 {
		t.Errorf("only %d filters", filters)
	}
}

func totalOf(f *ast.FieldDefinition) string {
	if typeOf(f).Fields.ForName("totalCount") != nil {
		return "totalCount"
	}
	return "total"
}

// nulls is an input object with every field null.
func nulls(d *ast.Definition) string {
	var b strings.Builder
	for _, f := range d.Fields {
		b.WriteString(f.Name + ": null ")
	}
	return "{" + b.String() + "}"
}
