package resolvers_test

import (
	"fmt"
	"testing"

	"atelier/graph"
	"atelier/resolvers"
	"atelier/store"
)

// TestErrorsOfArguments gives arguments that cannot be read: the path is that of the field in the response, and an extension names the argument.
func TestErrorsOfArguments(t *testing.T) {
	t.Parallel()
	for _, isGenerated := range []bool{false, true} {
		a := serveBy(t, store.Config{URL: database(t, "crowd.sql")}, func(r *resolvers.Resolver) graph.ResolverRoot { return r }, isGenerated)
		for query, want := range map[string]string{
			`{a:user(id:"xx"){name}}`:                                                       "[a] id",
			`{nodes(ids:["xx"]){id}}`:                                                       "[nodes] ids[0]",
			`{users(filter:{createdAfter:"x"}){totalCount}}`:                                "[users] filter.createdAfter",
			`query($f:UserFilter){users(filter:$f){totalCount}}`:                            "[users] filter.createdAfter",
			`mutation{createChat(input:{title:"\u0000"}){chat{id}}}`:                        "[createChat] input.title",
			`{users(first:1){edges{node{tasks(first:1 after:"x"){totalCount nodes{id}}}}}}`: "[users edges 0 node tasks] <nil>",
		} {
			got := a.query(t, boss, query, map[string]any{"f": map[string]any{"createdAfter": "x"}})
			if len(got.Errors) == 0 {
				t.Errorf("%s: no error", query)
				continue
			}
			e := got.Errors[0]
			if found := fmt.Sprint(e.Path, " ", e.Extensions["argument"]); found != want {
				t.Errorf("generated %v, %s: %s, want %s\n%s", isGenerated, query, found, want, got.Body)
			}
		}
	}
}
