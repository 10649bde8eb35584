package resolvers_test

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"atelier/auth"
	"atelier/domain"
)

// viewers are those who ask: nobody, one pending, a member and an admin. What they ask of is everyone's, so the member is
// the owner of some of it and a stranger to the rest.
var viewers = []auth.Viewer{nobody, pia, bob, ada}

func nameOf(v auth.Viewer) string {
	if v.ID == "" {
		return "nobody"
	}
	return string(v.ID)
}

// TestAccess is the matrix of type × field × viewer × way: everyone asks for every field of every type on every way to it,
// and gets what the directives of the schema leave of the admin's answer, byte for byte nothing else.
func TestAccess(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	var checked tally
	t.Run("ways", func(t *testing.T) {
		for root, questions := range worldQuestions() {
			t.Run(root, func(t *testing.T) {
				t.Parallel()
				for _, q := range questions {
					checkAccess(t, a, q, &checked)
				}
			})
		}
	})
	checked.requireEveryField(t)
}

// question is a query with its variables.
type question struct {
	root      string
	text      string
	variables map[string]any
}

// worldQuestions go every way past up to two nouns, and select everything at its end; where an id is asked for, of every
// object there is, or, on longer ways, of one of everyone's. They come by the field at the root.
func worldQuestions() map[string][]question {
	asked := map[string][]question{}
	for _, r := range routes(2) {
		if !isNoun(r.to) && len(r.steps) > 1 {
			continue // Selected with the noun before it.
		}
		root := r.steps[0].field.Name
		for _, variables := range variablesFor(r) {
			asked[root] = append(asked[root], question{root, r.inWorld(), variables})
		}
	}
	return asked
}

// variablesFor are what to ask with at the beginning of a way.
func variablesFor(r route) (all []map[string]any) {
	root := r.steps[0].field
	ids := worldIDs(idType(root, r.steps[1:]))
	switch {
	case root.Arguments.ForName("ids") != nil:
		for some := range slices.Chunk(worldIDs("Node"), 60) {
			all = append(all, map[string]any{"ids": some})
		}
		return all
	case root.Arguments.ForName("id") == nil:
		return []map[string]any{nil}
	case r.nouns() > 1:
		ids = oneOfEach(ids)
	}
	for _, id := range ids {
		all = append(all, map[string]any{"id": id})
	}
	return all
}

func oneOfEach(ids []string) []string {
	byOwner := map[domain.UserID]string{}
	for _, id := range ids {
		byOwner[thingOf(id).owner] = id
	}
	return slices.Collect(maps.Values(byOwner))
}

// inWorld writes the query of a way.
func (r route) inWorld() string {
	return r.wrap(everything(r.to))
}

// wrap writes the query of a way, at the end of which it selects the body.
func (r route) wrap(body string) string {
	for _, s := range slices.Backward(r.steps) {
		switch {
		case s.field == nil:
			body = fmt.Sprintf("... on %s { %s }", s.of.Name, body)
		case s.of == schema.Query:
			variables, call := worldRoot(s.field)
			body = fmt.Sprintf("query %s { %s { %s %s } }", variables, call, identity(typeOf(s.field)), body)
		default:
			body = fmt.Sprintf("%s { %s %s }", s.field.Name, identity(typeOf(s.field)), body)
		}
	}
	return body
}

// worldRoot is a root field with its arguments, and the variables in them.
func worldRoot(f *ast.FieldDefinition) (variables, call string) {
	switch f.Name {
	case "node", "user", "task", "chat":
		return "($id: ID!)", f.Name + "(id: $id)"
	case "nodes":
		return "($ids: [ID!]!)", "nodes(ids: $ids)"
	case "tasks", "tasksPage":
		return "($filter: TaskFilter)", f.Name + "(filter: $filter)"
	case "models":
		return "", "models(includeInactive: true)"
	case "aiService":
		return "", "aiService(service: FLUX)"
	case "viewer", "users", "usersPage", "aiServices":
		return "", f.Name
	}
	panic("say how to call " + f.Name)
}

func identity(d *ast.Definition) string {
	if isNoun(d) {
		return "__typename id "
	}
	return "__typename "
}

// everything selects every field of a type, and of what is no noun within, but for those named.
func everything(d *ast.Definition, but ...string) string {
	var b strings.Builder
	b.WriteString(identity(d))
	for _, f := range d.Fields {
		to := typeOf(f)
		switch {
		case strings.HasPrefix(f.Name, "__") || slices.Contains(but, f.Name):
		case to.IsLeafType():
			b.WriteString(f.Name + " ")
		case isNoun(to):
			fmt.Fprintf(&b, "%s { %s } ", f.Name, identity(to))
		default:
			fmt.Fprintf(&b, "%s { %s } ", f.Name, everything(to))
		}
	}
	return b.String()
}

// checkAccess asks a question as every viewer.
func checkAccess(t *testing.T, a *api, q question, checked *tally) {
	t.Helper()
	parsed, err := gqlparser.LoadQueryWithRules(schema, q.text, nil)
	if err != nil {
		t.Fatal(err)
	}
	var truth map[string]any
	for _, viewer := range viewers {
		if truth == nil || q.speaksOfViewer() {
			truth = q.truth(t, a, viewer)
		}
		got := answer{Data: any(truth)}
		if viewer != ada || q.speaksOfViewer() { // Else the truth is her answer.
			got = a.query(t, viewer, q.text, q.variables)
		}
		expect := oracle{viewer: viewer, read: checked.add}
		want := expect.root(parsed.Operations[0], truth)
		if !reflect.DeepEqual(got.Data, any(want)) {
			t.Errorf("%s gets\n%v\nwant\n%v\nfor %s %v", nameOf(viewer), got.Data, want, q.text, q.variables)
		}
		if refused := got.refusals(); !slices.Equal(refused, expect.sortedRefusals()) {
			t.Errorf("%s gets the errors\n%v\nwant\n%v\nfor %s %v", nameOf(viewer), refused, expect.sortedRefusals(), q.text, q.variables)
		}
		requireNoMarks(t, viewer, got.Body)
	}
}

// speaksOfViewer reports whether the question means something else to each viewer.
func (q question) speaksOfViewer() bool {
	return q.root == "viewer" || q.root == "tasks" || q.root == "tasksPage"
}

// truth is what the admin gets for the question; where it speaks of who asks, for what that means for the viewer.
func (q question) truth(t *testing.T, a *api, viewer auth.Viewer) map[string]any {
	t.Helper()
	text, variables := q.text, q.variables
	id := globalID("User", nameOf(viewer))
	switch {
	case q.root == "viewer" && viewer == nobody:
		return map[string]any{"viewer": nil}
	case q.root == "viewer":
		text, variables = strings.Replace(text, "query  { viewer", "query ($id: ID!) { viewer: user(id: $id)", 1), map[string]any{"id": id}
	case q.speaksOfViewer() && viewer != ada:
		variables = map[string]any{"filter": map[string]any{"userId": id}}
	}
	return a.query(t, ada, text, variables).must(t).Data.(map[string]any)
}

// refusals are the errors as an oracle spells them, in order.
func (a answer) refusals() []string {
	var all []string
	for _, e := range a.Errors {
		all = append(all, fmt.Sprint(e.code(), " at ", e.Path))
	}
	slices.Sort(all)
	return all
}

// requireNoMarks fails the test if the bytes hold what is private to anyone but the viewer.
func requireNoMarks(t *testing.T, viewer auth.Viewer, body []byte) {
	t.Helper()
	for i, person := range people {
		if person.ID == viewer.ID || viewer == ada {
			continue
		}
		marks := []string{"private-" + string(person.ID), fmt.Sprintf(".%[1]d%[1]d%[1]d%[1]d", i+1), "secret-path"}
		if lender[viewer.ID] != person.ID {
			marks = append(marks, "lent-by-"+string(person.ID))
		}
		for _, mark := range marks {
			if bytes.Contains(body, []byte(mark)) {
				t.Errorf("%s gets %q: %s", nameOf(viewer), mark, body)
			}
		}
	}
}

// tally counts how often the matrix read each field.
type tally struct {
	mu    sync.Mutex
	reads map[string]int
}

func (c *tally) add(typeName, field string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reads == nil {
		c.reads = map[string]int{}
	}
	c.reads[typeName+"."+field]++
}

// requireEveryField fails the test if the matrix left out a field that queries can read.
func (c *tally) requireEveryField(t *testing.T) {
	t.Helper()
	total := 0
	for _, d := range schema.Types {
		if d.BuiltIn || d.Kind != ast.Object || strings.HasSuffix(d.Name, "Payload") || d == schema.Mutation || d.Name == "UserError" {
			continue
		}
		for _, f := range d.Fields {
			n := c.reads[d.Name+"."+f.Name]
			total += n
			if n == 0 && !strings.HasPrefix(f.Name, "__") {
				t.Errorf("the matrix does not read %s.%s", d.Name, f.Name)
			}
		}
	}
	t.Logf("the matrix read %d fields", total)
}
