package resolvers_test

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"atelier/graph"
)

// resolved are the fields that a resolver of their own answers, as gqlgen sees it: by type, in lower case.
var resolved = func() map[string][]string {
	fields := map[string][]string{}
	for root := range reflect.TypeFor[graph.ResolverRoot]().Methods() {
		for method := range root.Type.Out(0).Methods() {
			fields[root.Name] = append(fields[root.Name], strings.ToLower(method.Name))
		}
	}
	return fields
}()

// isResolved reports whether a resolver of its own answers the field; an interface's, whether one does for any type.
func isResolved(of *ast.Definition, field string) bool {
	if of.IsAbstractType() {
		return slices.ContainsFunc(schema.GetPossibleTypes(of), func(d *ast.Definition) bool { return isResolved(d, field) })
	}
	return slices.Contains(resolved[of.Name], strings.ToLower(field))
}

// resolvedFields are those fields of a type.
func resolvedFields(of *ast.Definition) (fields ast.FieldList) {
	for _, f := range of.Fields {
		if isResolved(of, f.Name) {
			fields = append(fields, f)
		}
	}
	return fields
}

// rootStatements is what the fields of the root of queries take that do not take one statement.
var rootStatements = map[string]int{"usersPage": 2, "tasksPage": 2}

// TestStatementsOfEveryRelation goes every way to every type of which a field has a resolver, and selects all such fields:
// each takes one statement, however many parents there are.
func TestStatementsOfEveryRelation(t *testing.T) {
	t.Parallel()
	ways := tellingRoutes()
	requireEveryRelation(t, ways)
	a := newAPI(t, database(t, "crowd.sql"))
	byRoot := map[string][]route{}
	for _, r := range ways {
		byRoot[r.steps[0].field.Name] = append(byRoot[r.steps[0].field.Name], r)
	}
	for root, of := range byRoot {
		t.Run(root, func(t *testing.T) {
			t.Parallel()
			for _, r := range of {
				checkStatements(t, a, r)
			}
		})
	}
}

// tellingRoutes are the ways to all types, other than pages, of which a field has a resolver.
func tellingRoutes() (ways []route) {
	for _, r := range routes(3) {
		if len(resolvedFields(r.to)) > 0 && !isPage(r.to) && isTelling(r) {
			ways = append(ways, r)
		}
	}
	return ways
}

// requireEveryRelation fails the test if a field with a resolver is on none of the ways.
func requireEveryRelation(t *testing.T, ways []route) {
	t.Helper()
	passed := map[string]bool{}
	for _, r := range ways {
		passed[r.to.Name] = true
		for _, s := range r.steps {
			passed[s.of.Name] = true
		}
	}
	for of := range resolved {
		if !passed[of] && of != "Query" && of != "Mutation" {
			t.Errorf("no way leads to the relations of %s", of)
		}
	}
}

// isTelling leaves out, of the ways past three nouns, those that start elsewhere than at the lists of everything, or that
// take some lists by their edges and others by their nodes; and what no data can have: a parent of another service.
func isTelling(r route) bool {
	root, way := r.steps[0].field.Name, r.String()
	if strings.Contains(way, "parent<FluxTask>") || strings.Contains(way, "parent<DreamworkTask>") {
		return false
	}
	return r.nouns() < 3 || (root == "users" || root == "tasks") && (!r.passes("edges") || !r.passes("nodes"))
}

func checkStatements(t *testing.T, a *api, r route) {
	sizes := []int{1, 10, 100}
	if !r.isSized() {
		sizes = sizes[:1]
	}
	for _, size := range sizes {
		c := crowdQuery{size: size}
		query := c.write(r.steps, r.to)
		got := a.query(t, boss, query, c.variables)
		if len(got.Errors) > 0 {
			t.Fatalf("%s: %s\n%s %v", r, got.Body, query, c.variables)
		}
		want, parents := expectedStatements(r, got)
		if got.Statements != want {
			t.Errorf("%s of %d: %d statements, want %d\n%s", r, size, got.Statements, want, query)
		}
		if parents*4 < size-1 { // A quarter at least: a fragment takes one service of three.
			t.Errorf("%s of %d: only %d parents\n%s", r, size, parents, query)
		}
	}
}

// expectedStatements is one for every relation on the way that has parents in the answer, and the number of parents at the
// end of the way.
func expectedStatements(r route, got answer) (statements, parents int) {
	statements = 1
	if n, ok := rootStatements[r.steps[0].field.Name]; ok {
		statements = n
	}
	objects := []map[string]any{got.Data.(map[string]any)}
	for i, s := range r.steps {
		if len(objects) > 0 && i > 0 && s.field != nil && isResolved(s.of, s.field.Name) {
			statements++
		}
		objects = below(objects, s)
		if len(objects) > 0 && s.field != nil && isResolved(typeOf(s.field), "totalCount") {
			statements++
		}
	}
	if len(objects) > 0 {
		statements += len(resolvedFields(r.to))
	}
	return statements, len(objects)
}

// isOf reports whether a concrete type is the type, or one of its possible types.
func isOf(d *ast.Definition, concrete string) bool {
	return d.Name == concrete || slices.Contains(schema.GetPossibleTypes(d), schema.Types[concrete])
}

// below are the objects one step further in an answer.
func below(objects []map[string]any, s step) (next []map[string]any) {
	add := func(value any) {
		if object, ok := value.(map[string]any); ok {
			next = append(next, object)
		}
	}
	for _, object := range objects {
		if s.field == nil {
			if name, _ := object["__typename"].(string); isOf(s.of, name) {
				add(object)
			}
			continue
		}
		if list, ok := object[s.field.Name].([]any); ok {
			for _, item := range list {
				add(item)
			}
			continue
		}
		add(object[s.field.Name])
	}
	return next
}

// crowdQuery writes a query of the crowd: size objects of the first list on the way, two or three of those within.
type crowdQuery struct {
	size      int
	sized     bool
	variables map[string]any
}

func (c *crowdQuery) write(steps []step, to *ast.Definition) string {
	c.variables = map[string]any{}
	body := c.selection(steps, to)
	switch {
	case c.variables["id"] != nil:
		return "query ($id: ID!) { " + body + " }"
	case c.variables["ids"] != nil:
		return "query ($ids: [ID!]!) { " + body + " }"
	}
	return "{ " + body + " }"
}

func (c *crowdQuery) selection(steps []step, to *ast.Definition) string {
	if len(steps) == 0 {
		return "__typename " + c.relations(to)
	}
	s := steps[0]
	if s.field == nil {
		return fmt.Sprintf("__typename ... on %s { %s }", s.of.Name, c.selection(steps[1:], to))
	}
	within := 2
	if taskAhead(steps[1:]) != "" {
		within = 3 // A fragment takes one service of three.
	}
	field := s.field.Name + c.arguments(s.field, steps[1:], within)
	inner := c.selection(steps[1:], to)
	for _, total := range []string{"totalCount", "total"} {
		if typeOf(s.field).Fields.ForName(total) != nil {
			inner = total + " " + inner
		}
	}
	return fmt.Sprintf("%s { %s }", field, inner)
}

// relations selects every field of a type that has a resolver.
func (c *crowdQuery) relations(of *ast.Definition) string {
	var b strings.Builder
	for _, f := range resolvedFields(of) {
		b.WriteString(f.Name + c.arguments(f, nil, 1))
		switch {
		case typeOf(f).Fields.ForName("nodes") != nil:
			b.WriteString(" { nodes { __typename } }")
		case typeOf(f).IsCompositeType():
			b.WriteString(" { __typename }")
		}
		b.WriteString(" ")
	}
	return b.String()
}

// arguments are those that a field needs. After says how it goes on, within how long a list is that stands within another.
func (c *crowdQuery) arguments(f *ast.FieldDefinition, after []step, within int) string {
	var given []string
	for _, a := range f.Arguments {
		switch {
		case a.Name == "id":
			c.variables["id"] = crowdID(idType(f, after), 1, cmp.Or(taskAhead(after), "midjourney"))
			given = append(given, "id: $id")
		case a.Name == "ids":
			c.variables["ids"] = c.ids(idType(f, after), cmp.Or(taskAhead(after), "midjourney"))
			given = append(given, "ids: $ids")
		case a.Name == "first" || a.Name == "pageSize":
			given = append(given, fmt.Sprintf("%s: %d", a.Name, c.length(within)))
		case a.Name == "filter" && serviceOf(after) != "":
			given = append(given, fmt.Sprintf("filter: {service: %s}", serviceOf(after)))
		case a.Name == "service" && a.Type.NonNull:
			given = append(given, "service: FLUX")
		case a.Type.NonNull && a.DefaultValue == nil:
			panic("say what to give for " + f.Name + "." + a.Name)
		}
	}
	if len(given) == 0 {
		return ""
	}
	return "(" + strings.Join(given, ", ") + ")"
}

// length is the size of the next list.
func (c *crowdQuery) length(within int) int {
	if c.sized {
		return within
	}
	c.sized = true
	return c.size
}

func (c *crowdQuery) ids(typeName, service string) []string {
	c.sized = true
	ids := make([]string, c.size)
	for i := range ids {
		ids[i] = crowdID(typeName, i+1, service)
	}
	return ids
}

// isSized reports whether a list stands on the way whose size can be told.
func (r route) isSized() bool {
	return slices.ContainsFunc(r.steps, func(s step) bool {
		return s.field != nil && (s.field.Arguments.ForName("first") != nil || s.field.Arguments.ForName("pageSize") != nil || s.field.Arguments.ForName("ids") != nil)
	})
}

// idType is the type whose id a field is given: that of the fragment which follows, or else the field's own.
func idType(f *ast.FieldDefinition, after []step) string {
	if len(after) > 0 && after[0].field == nil {
		return after[0].of.Name
	}
	return f.Type.Name()
}

// serviceOf is the service of the concrete task type whose fragment follows on a list, if one does.
func serviceOf(after []step) string {
	for _, s := range after {
		if s.field == nil {
			return strings.ToUpper(strings.TrimSuffix(s.of.Name, "Task"))
		}
		if !isPage(s.of) && !isEdge(s.of) {
			return ""
		}
	}
	return ""
}

// taskAhead is the service of the next concrete task type on the way, if there is one.
func taskAhead(after []step) string {
	for _, s := range after {
		if service, isTask := strings.CutSuffix(s.of.Name, "Task"); isTask && s.field == nil {
			return strings.ToLower(service)
		}
	}
	return ""
}

// isPage reports whether objects of the type are parts of a list.
func isPage(d *ast.Definition) bool {
	return d.Fields.ForName("pageInfo") != nil || d.Fields.ForName("totalPages") != nil
}

func isEdge(d *ast.Definition) bool { return d.Fields.ForName("cursor") != nil }

// crowdID is the id of the n-th object of a type in the crowd: the admin's, of whom there are a hundred of most. Ledger
// entries and generated files are those of tasks of the service.
func crowdID(typeName string, n int, service string) string {
	keys := map[string]string{
		"User": "u%03d", "Model": "model-u%03d", "Chat": "chat-u001-%d", "Message": "message-chat-u001-1-%d", "File": "file-u001-%d",
		"MidjourneyTask": "midjourney-u001-%d", "FluxTask": "flux-u001-%d", "DreamworkTask": "dreamwork-u001-%d",
		"CreditLog": "log-" + service + "-u001-%d", "GeneratedFile": "made-" + service + "-u001-1-%d",
	}
	if typeName == "Task" {
		typeName = strings.ToUpper(service[:1]) + service[1:] + "Task"
	}
	if typeName == "AIService" || typeName == "Node" {
		return globalID("AIService", []string{"midjourney", "flux", "dreamwork"}[n%3])
	}
	return globalID(typeName, fmt.Sprintf(keys[typeName], n))
}
