package document_test

import (
	"strings"
	"testing"

	"atelier/domain"
	"atelier/graph/document"
)

const (
	ofInt    = "query($n:Int){users(first:$n){nodes{id}}}"
	ofID     = "query($id:ID!){node(id:$id){id}}"
	ofIDs    = "query($ids:[ID!]!){nodes(ids:$ids){id}}"
	ofFilter = "query($f:UserFilter){users(filter:$f){nodes{id}}}"
	ofEnum   = "query($s:Service!){aiService(service:$s){id}}"
	ofInput  = "mutation($i:SetUserRoleInput!){setUserRole(input:$i){user{id}}}"
	ofBool   = "query($b:Boolean!=true){viewer{id @skip(if:$b)}}"
	ofTitle  = "mutation($t:String!){createChat(input:{title:$t}){chat{id}}}"
)

// misfits do not fit their types; at is where the message says it.
var misfits = []struct{ query, variables, at string }{
	{ofInt, `{"n": 2147483648}`, "$n "}, {ofInt, `{"n": -2147483649}`, "$n "}, {ofInt, `{"n": 4611686018427387904}`, "$n "},
	{ofInt, `{"n": 1.5}`, "$n "}, {ofInt, `{"n": 1.0}`, "$n "}, {ofInt, `{"n": 1e2}`, "$n "}, {ofInt, `{"n": "1"}`, "$n "}, {ofInt, `{"n": true}`, "$n "}, {ofInt, `{"n": [1]}`, "$n "},
	{ofInt, `{"n": 1e999999}`, "$n "}, {ofID, `{}`, "$id "}, {ofID, `{"id": null}`, "$id "}, {ofID, `{"id": 1.5}`, "$id "}, {ofID, `{"id": {}}`, "$id "}, {ofID, `{"id": false}`, "$id "},
	{ofIDs, `{"ids": ["a", null]}`, "$ids[1] "}, {ofIDs, `{"ids": [["a"]]}`, "$ids[0] "}, {ofIDs, `{"ids": null}`, "$ids "}, {ofFilter, `{"f": 1}`, "$f "}, {ofFilter, `{"f": []}`, "$f"},
	{ofFilter, `{"f": {"role": "admin"}}`, "$f.role "}, {ofFilter, `{"f": {"role": "BOSS"}}`, "$f.role "}, {ofFilter, `{"f": {"role": 1}}`, "$f.role "}, {ofFilter, `{"f": {"x": 1}}`, "$f.x "},
	{ofFilter, `{"f": {"__typename": "UserFilter"}}`, "$f.__typename "}, {ofFilter, `{"f": {"search": 1}}`, "$f.search "}, {ofEnum, `{"s": "flux"}`, "$s "}, {ofEnum, `{}`, "$s "},
	{ofInput, `{"i": {"role": "USER"}}`, "$i.userId "}, {ofInput, `{"i": {"userId": null, "role": "USER"}}`, "$i.userId "}, {ofBool, `{"b": null}`, "$b "}, {ofBool, `{"b": "true"}`, "$b "},
	{ofTitle, `{"t": 1}`, "$t "}, {ofTitle, `{"t": ["a"]}`, "$t "},
}

func TestVariablesThatDoNotFit(t *testing.T) {
	r := newReader(document.Defaults())
	for _, one := range misfits {
		err := r.CheckVariables(mustRead(t, r, one.query), decode(t, one.variables))
		if codeOf(err) != domain.ValidationFailed || !strings.HasPrefix(err.Message, strings.TrimSpace(one.at)) {
			t.Errorf("%s with %s: %v, want it at %s", one.query, one.variables, err, one.at)
		}
	}
}

func TestVariablesThatFit(t *testing.T) {
	r := newReader(document.Defaults())
	for _, one := range []struct{ query, variables string }{
		{ofInt, `{}`}, {ofInt, `{"n": null}`}, {ofInt, `{"n": 2147483647}`}, {ofInt, `{"n": -2147483648}`}, {ofInt, `{"n": 1, "unknown": {"a": []}}`},
		{ofID, `{"id": "x"}`}, {ofID, `{"id": 7}`}, {ofIDs, `{"ids": []}`}, {ofIDs, `{"ids": "x"}`}, {ofIDs, `{"ids": ["x", 7]}`},
		{ofFilter, `{"f": null}`}, {ofFilter, `{"f": {}}`}, {ofFilter, `{"f": {"role": null, "search": "x", "createdAfter": "2026-01-01T00:00:00Z"}}`},
		{ofEnum, `{"s": "FLUX"}`}, {ofInput, `{"i": {"userId": "x", "role": "USER"}}`}, {ofBool, `{}`}, {ofBool, `{"b": false}`}, {ofTitle, `{"t": ""}`},
	} {
		if err := r.CheckVariables(mustRead(t, r, one.query), decode(t, one.variables)); err != nil {
			t.Errorf("%s with %s: %v", one.query, one.variables, err)
		}
	}
}

// TestExtentOfVariables is at each limit, and one beyond.
func TestExtentOfVariables(t *testing.T) {
	d := document.Defaults()
	operation := mustRead(t, newReader(d), "{__typename}")
	for name, one := range map[string]struct {
		most int
		text func(n int) string
		code domain.Code
	}{
		"values":           {d.Values, func(n int) string { return `{"v": [` + strings.Repeat("1,", n-2) + `1]}` }, domain.TooManyValues},
		"items":            {1000, func(n int) string { return `{"v": {"a": [` + strings.Repeat("1,", n-1) + `1]}}` }, domain.ListTooLong},
		"values, as names": {d.Values, func(n int) string { return `{` + copies(n-1, `"v#": 1,`) + `"v": 1}` }, domain.TooManyValues},
		"depth":            {d.ValueDepth, func(n int) string { return `{"v": ` + strings.Repeat("[", n) + "1" + strings.Repeat("]", n) + `}` }, domain.ValuesTooDeep},
		"depth of objects": {d.ValueDepth, func(n int) string { return `{"v": ` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) + `}` }, domain.ValuesTooDeep},
	} {
		l := d
		if one.code != domain.ListTooLong {
			l.ListItems = d.Values
		}
		r := newReader(l)
		if err := r.CheckVariables(operation, decode(t, one.text(one.most))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := r.CheckVariables(operation, decode(t, one.text(one.most+1))); codeOf(err) != one.code {
			t.Errorf("%s, one beyond: %v", name, err)
		}
	}
}

// TestIntsOfDocuments have 32 bits wherever they stand.
func TestIntsOfDocuments(t *testing.T) {
	r := newReader(document.Defaults())
	for _, text := range []string{
		"{users(first:#){nodes{id}}}", "query($n:Int=#){users(first:$n){nodes{id}}}", "{usersPage(page:#){total}}", "{viewer{tasks(last:#){totalCount}}}",
	} {
		for value, want := range map[string]domain.Code{
			"2147483647": "", "-2147483648": "", "2147483648": domain.ValidationFailed, "-2147483649": domain.ValidationFailed,
			"4611686018427387904": domain.ValidationFailed, "99999999999999999999": domain.ValidationFailed,
		} {
			if _, errs := r.Read(strings.ReplaceAll(text, "#", value)); firstCode(errs) != want {
				t.Errorf("%s in %s: %v", value, text, errs)
			}
		}
	}
}
