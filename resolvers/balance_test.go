package resolvers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"atelier/auth"
	"atelier/domain"
)

// balances are users with a balance, without one, and none.
const balances = `INSERT INTO users (id, name, email, role) VALUES ('rich', 'Rich', 'r@example.com', 'user'), ('new', 'New', 'n@example.com', 'user');
INSERT INTO credit (id, user_id, credit) VALUES ('credit-rich', 'rich', 12.5)`

// TestABalanceComesWithItsUser reads one user and the balance in one statement, if the viewer may read it.
func TestABalanceComesWithItsUser(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	a.exec(t, balances)
	rich := auth.Viewer{ID: "rich", Role: domain.RoleUser}
	id, unpaid, nobody := `"`+globalID("User", "rich")+`"`, `"`+globalID("User", "new")+`"`, `"`+globalID("User", "nobody")+`"`
	for query, want := range map[string]struct {
		viewer     auth.Viewer
		data       string
		statements int
	}{
		`{user(id:` + id + `){name credit}}`:                                {boss, `{"user":{"name":"Rich","credit":"12.5000"}}`, 1},
		`{user(id:` + unpaid + `){credit}}`:                                 {boss, `{"user":{"credit":"0.0000"}}`, 1},
		`{viewer{credit}}`:                                                  {rich, `{"viewer":{"credit":"12.5000"}}`, 1},
		`{viewer{a:credit ...on User{b:credit}}}`:                           {rich, `{"viewer":{"a":"12.5000","b":"12.5000"}}`, 1},
		`{a:user(id:` + id + `){credit} b:user(id:` + unpaid + `){credit}}`: {boss, `{"a":{"credit":"12.5000"},"b":{"credit":"0.0000"}}`, 2},
		`{viewer{name credit@skip(if:true)}}`:                               {rich, `{"viewer":{"name":"Rich"}}`, 1},
		`{viewer{credit chats(first:1){totalCount}}}`:                       {rich, `{"viewer":{"credit":"12.5000","chats":{"totalCount":0}}}`, 3},
		`{viewer{credit chats(first:1)@include(if:false){totalCount}}}`:     {rich, `{"viewer":{"credit":"12.5000"}}`, 1},
		`{user(id:` + unpaid + `){name credit}}`:                            {rich, `{"user":{"name":"New","credit":null}}`, 1},
		`{user(id:` + nobody + `){name credit}}`:                            {boss, `{"user":null}`, 1},
	} {
		got := a.query(t, want.viewer, query, nil)
		if !strings.Contains(string(got.Body), `"data":`+want.data) || got.Statements != want.statements {
			t.Errorf("%s: %d statements, want %d\n%s, want %s", query, got.Statements, want.statements, got.Body, want.data)
		}
	}
}

// TestRelationsBesideABalance asks for the balance and one relation: where the relation were not known to be one, the balance
// would come with the user's row, and the relation wait for it.
func TestRelationsBesideABalance(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "crowd.sql"))
	user := schema.Types["User"]
	for _, f := range resolvedFields(user) {
		if f.Name == "credit" {
			continue
		}
		selection := "{__typename}"
		if slices.ContainsFunc(typeOf(f).Fields, func(below *ast.FieldDefinition) bool { return below.Name == "pageInfo" }) {
			selection = "(first:1){pageInfo{hasNextPage}}"
		}
		got := a.query(t, boss, `{user(id:"`+crowdID("User", 1, "")+`"){credit `+f.Name+selection+`}}`, nil).must(t)
		if got.Statements != 3 {
			t.Errorf("%s: %d statements, want one for it, one for the user and one for the balance", f.Name, got.Statements)
		}
	}
}
