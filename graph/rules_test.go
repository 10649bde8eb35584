package graph_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
)

var update = flag.Bool("update", false, "write testdata/access.golden anew")

// schema is the contract as the server parsed it.
var schema = graph.NewExecutableSchema(graph.Config{}).Schema()

// types are the types of our own of a kind, by name.
func types(kinds ...ast.DefinitionKind) []*ast.Definition {
	var found []*ast.Definition
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		if d := schema.Types[name]; !d.BuiltIn && slices.Contains(kinds, d.Kind) {
			found = append(found, d)
		}
	}
	return found
}

// visibleTo is what @visible of a type says, or "".
func visibleTo(d *ast.Definition) auth.Audience {
	return auth.Audience(argument(d.Directives.ForName("visible"), "to"))
}

// accessOf is what @access of a field says, or "".
func accessOf(f *ast.FieldDefinition) (to auth.Audience, otherwise auth.Denial) {
	rule := f.Directives.ForName("access")
	return auth.Audience(argument(rule, "to")), auth.Denial(argument(rule, "otherwise"))
}

func argument(d *ast.Directive, name string) string {
	if d == nil {
		return ""
	}
	value, _ := d.ArgumentMap(nil)[name].(string)
	return value
}

// TestEveryTypeHasARule fails when a type is added without @visible, or a field at a root without @access.
func TestEveryTypeHasARule(t *testing.T) {
	t.Parallel()
	for _, d := range types(ast.Object, ast.Interface) {
		if d.Name != "Node" && visibleTo(d) == "" { // A Node is seen as the type it is of.
			t.Errorf("type %s has no @visible", d.Name)
		}
	}
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, f := range root.Fields {
			if to, _ := accessOf(f); to == "" && !strings.HasPrefix(f.Name, "__") {
				t.Errorf("%s.%s has no @access", root.Name, f.Name)
			}
		}
	}
	if schema.Subscription != nil {
		t.Error("the rules of subscriptions are not looked at")
	}
}

// TestRulesOfAuth compares what @visible says with the rule by which auth decides.
func TestRulesOfAuth(t *testing.T) {
	t.Parallel()
	objects := map[string]any{
		"User": &domain.User{}, "UserStatistics": &domain.Statistics{}, "CreditLog": &domain.CreditLog{},
		"MidjourneyTask": &domain.MidjourneyTask{}, "FluxTask": &domain.FluxTask{}, "DreamworkTask": &domain.DreamworkTask{},
		"Chat": &domain.Chat{}, "Message": &domain.Message{}, "File": &domain.File{}, "GeneratedFile": &domain.GeneratedFile{},
		"Model": &domain.Model{}, "AIService": &domain.AIService{}, "Price": &domain.Price{}, "UserError": &domain.UserError{},
	}
	for name, object := range objects {
		if rule, ok := auth.RuleOf(object); !ok || rule != visibleTo(schema.Types[name]) {
			t.Errorf("%s: auth says %q, the schema %q", name, rule, visibleTo(schema.Types[name]))
		}
	}
	for _, d := range types(ast.Object) {
		if _, ok := objects[d.Name]; !ok && slices.Contains(d.Interfaces, "Node") {
			t.Errorf("say what object a %s is", d.Name)
		}
	}
	task := schema.Types["Task"]
	for _, d := range schema.GetPossibleTypes(task) {
		if visibleTo(d) != visibleTo(task) {
			t.Errorf("%s is visible to %s, a Task to %s", d.Name, visibleTo(d), visibleTo(task))
		}
	}
}

// narrowness orders the audiences: whoever is of one is of all those before it. Readers come before owners.
var narrowness = auth.Audiences()

func isAsNarrow(a, than auth.Audience) bool {
	return slices.Index(narrowness, a) >= slices.Index(narrowness, than)
}

// TestWhatIsWithinATypeIsAsNarrow looks at the types that no object of auth's stands for, such as pages and payloads: nothing
// checks them but the rules on the way to them, so these must let in nobody whom the type would not.
func TestWhatIsWithinATypeIsAsNarrow(t *testing.T) {
	t.Parallel()
	narrowedByResolver := []string{"Query.tasks", "Query.tasksPage"} // To the viewer's own, but for admins.
	for _, d := range types(ast.Object) {
		for _, f := range d.Fields {
			to := schema.Types[f.Type.Name()]
			if to.Kind != ast.Object || to.BuiltIn || slices.Contains(to.Interfaces, "Node") || slices.Contains(narrowedByResolver, d.Name+"."+f.Name) {
				continue
			}
			access, _ := accessOf(f)
			if !isAsNarrow(visibleTo(d), visibleTo(to)) && !isAsNarrow(access, visibleTo(to)) {
				t.Errorf("%s.%s leads those who may see a %s (%s) and read it (%s) to a %s, which is for %s",
					d.Name, f.Name, d.Name, visibleTo(d), access, to.Name, visibleTo(to))
			}
		}
	}
}

// TestDenialsAreNullable fails for a field that a rule may deny and that must not be null: a denial would take the rest with it.
func TestDenialsAreNullable(t *testing.T) {
	t.Parallel()
	for _, d := range types(ast.Object, ast.Interface) {
		for _, f := range d.Fields {
			if to, _ := accessOf(f); to != "" && to != auth.Anyone && f.Type.NonNull {
				t.Errorf("%s.%s may be denied, and is not nullable", d.Name, f.Name)
			}
			if target := schema.Types[f.Type.Name()]; isHidden(target) && f.Type.NonNull && f.Type.Elem == nil && !isWithin(d) {
				t.Errorf("%s.%s may be hidden, and is not nullable", d.Name, f.Name)
			}
		}
	}
}

// isHidden reports whether objects of the type are hidden from those who may not see them, rather than denied.
func isHidden(d *ast.Definition) bool {
	return d.Name == "Node" || slices.Contains(d.Interfaces, "Node")
}

// isWithin reports whether the type is an edge of a list, which holds what its viewer may see.
func isWithin(d *ast.Definition) bool { return strings.HasSuffix(d.Name, "Edge") }

// TestInterfacesHaveTheRulesOfTheirTypes fails where a field of an interface and that of a type of it have different rules.
func TestInterfacesHaveTheRulesOfTheirTypes(t *testing.T) {
	t.Parallel()
	for _, d := range types(ast.Interface) {
		for _, concrete := range schema.GetPossibleTypes(d) {
			for _, f := range d.Fields {
				to, otherwise := accessOf(f)
				if a, b := accessOf(concrete.Fields.ForName(f.Name)); a != to || b != otherwise {
					t.Errorf("%s.%s: %s %s, %s.%s: %s %s", d.Name, f.Name, to, otherwise, concrete.Name, f.Name, a, b)
				}
			}
		}
	}
}

// TestAccessGolden compares the rule of every field with testdata/access.golden: whoever adds one says there whom it is for.
func TestAccessGolden(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	for _, d := range types(ast.Object, ast.Interface) {
		fmt.Fprintf(&got, "%s is visible to %s\n", d.Name, orElse(visibleTo(d), "as the type it is of"))
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			to, otherwise := accessOf(f)
			if to == "" {
				fmt.Fprintf(&got, "  %s\n", f.Name)
				continue
			}
			fmt.Fprintf(&got, "  %s: %s, else %s\n", f.Name, to, otherwise)
		}
	}
	const file = "testdata/access.golden"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the rules are not those of %s (-update writes them):\n%s", file, difference(string(want), got.String()))
	}
}

func orElse(a auth.Audience, text string) string {
	if a == "" {
		return text
	}
	return string(a)
}

// difference lists the lines that one text has and the other has not.
func difference(want, got string) string {
	var b strings.Builder
	wanted, found := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range wanted {
		if !slices.Contains(found, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range found {
		if !slices.Contains(wanted, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}

// TestEverythingIsDescribed fails for a type, field, argument or value without a description.
func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	missing := func(text string, path ...string) {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s has no description", strings.Join(path, "."))
		}
	}
	for _, d := range types(ast.Object, ast.Interface, ast.InputObject, ast.Enum, ast.Scalar, ast.Union) {
		missing(d.Description, d.Name)
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			missing(f.Description, d.Name, f.Name)
			for _, a := range f.Arguments {
				missing(a.Description, d.Name, f.Name, a.Name)
			}
		}
		for _, v := range d.EnumValues {
			missing(v.Description, d.Name, v.Name)
		}
	}
	for _, name := range []string{"access", "visible"} {
		missing(schema.Directives[name].Description, "@"+name)
	}
}
