package document_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
	"atelier/graph/document"
)

// invalid documents break each rule that would tell names of the schema.
var invalid = []string{
	"{viewr{id}}", "{viewer{nam}}", "{viewer}", "{viewer{name{x}}}", "{user{id}}", "{users(frst:1){nodes{id}}}", "{users(first:1 fliter:{}){nodes{id}}}",
	"{users(filter:{rol:ADMIN}){nodes{id}}}", "{users(filter:{role:ADMN}){nodes{id}}}", `{users(filter:{role:"ADMIN"}){nodes{id}}}`, "{users(filter:3){nodes{id}}}",
	"{users(orderBy:{field:NAM}){nodes{id}}}", "{aiService{id}}", "{aiService(service:FLUXX){id}}", "{...on Usr{id}}", "{viewer{...F}} fragment F on Usr{id}",
	"{viewer{...on Task{id}}}", "{task(id:1){promptt}}", "{task(id:1){mode}}", "query($x:UserFiltr){users(filter:$x){nodes{id}}}", "query($x:String){users(filter:$x){nodes{id}}}",
	"query($x:User){users(filter:$x){nodes{id}}}", "{viewer{id @skp(if:true)}}", "{viewer{id @skip(f:true)}}", "{viewer{id @skip}}", "mutation{setUserRole{user{id}}}",
	"mutation{setUserRole(input:{}){user{id}}}", "mutation{setUserRole(input:{userId:null role:ADMIN}){user{id}}}", "{viewer{x:id x:name}}", "{viewer{x:createdAt x:credit}}",
	"subscription{x}", "{users(first:true){nodes{id}}}", "{users(first:99999999999){nodes{id}}}", "{node(id:{}){id}}", "{viewer{tasks(filter:{userId:1}){totalCount}}}",
}

var aWord = regexp.MustCompile(`[A-Za-z_]+`)

// schemaNames are the names of the schema that no plain sentence has.
func schemaNames() map[string]bool {
	names := map[string]bool{}
	add := func(name string) {
		if strings.ToLower(name) != name { // "user" and "name" are words, too; they are checked as quoted below.
			names[name] = true
		}
		names[`"`+name+`"`] = true
	}
	for _, of := range schema.Types {
		add(of.Name)
		for _, f := range of.Fields {
			add(f.Name)
			for _, a := range f.Arguments {
				add(a.Name)
			}
		}
		for _, value := range of.EnumValues {
			add(value.Name)
		}
	}
	return names
}

// leaks returns a name that an error tells and the request did not have.
func leaks(err *gqlerror.Error, request string, names map[string]bool) string {
	for _, word := range aWord.FindAllString(err.Message, -1) {
		isTold := names[word] || names[`"`+word+`"`] && strings.Contains(err.Message, `"`+word+`"`)
		if isTold && !strings.Contains(request, word) {
			return word
		}
	}
	return ""
}

// TestNothingIsToldWithoutIntrospection: where the schema is secret, errors tell no name of it.
func TestNothingIsToldWithoutIntrospection(t *testing.T) {
	open, secret := newReader(document.Defaults()), newReader(limited(func(l *document.Limits) { l.Introspection = 0 }))
	names, told := schemaNames(), 0
	for _, text := range invalid {
		_, errs := secret.Read(text)
		if errs == nil {
			t.Errorf("%s is valid", text)
		}
		for _, err := range errs {
			if name := leaks(err, text, names); name != "" || strings.Contains(err.Message, "Did you mean") || codeOf(err) != domain.ValidationFailed {
				t.Errorf("%s: %q tells %q", text, err.Message, name)
			}
		}
		_, errs = open.Read(text)
		for _, err := range errs {
			if leaks(err, text, names) != "" {
				told++
			}
		}
	}
	if told < 15 {
		t.Errorf("with introspection only %d errors tell names: this test would not see them", told)
	}
}

// TestVariablesTellNothingWithoutIntrospection is the same for variables.
func TestVariablesTellNothingWithoutIntrospection(t *testing.T) {
	r := newReader(limited(func(l *document.Limits) { l.Introspection = 0 }))
	for _, one := range misfits {
		operation := mustRead(t, r, one.query)
		err := r.CheckVariables(operation, decode(t, one.variables))
		if codeOf(err) != domain.ValidationFailed || leaks(err, one.query+one.variables, schemaNames()) != "" {
			t.Errorf("%s: %v", one.variables, err)
		}
	}
}

func decode(t testing.TB, text string) (variables map[string]any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&variables); err != nil {
		t.Fatal(err)
	}
	return variables
}
