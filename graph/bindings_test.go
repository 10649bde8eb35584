package graph_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"

	"atelier/graph"
)

// resolved are the fields that have a resolver of their own, as the generated code has them: "type.field" in lower case.
func resolved() (fields []string) {
	for root := range reflect.TypeFor[graph.ResolverRoot]().Methods() {
		for method := range root.Type.Out(0).Methods() {
			fields = append(fields, strings.ToLower(root.Name+"."+method.Name))
		}
	}
	return fields
}

// bound are the fields for which gqlgen.yml forces a resolver, and which of them are resolved in batches.
func bound(t *testing.T) (fields []string, batched map[string]bool) {
	t.Helper()
	file, err := os.Open("../gqlgen.yml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	read, err := config.ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	batched = map[string]bool{}
	for name, model := range read.Models {
		for field, how := range model.Fields {
			if how.Resolver {
				key := strings.ToLower(name + "." + field)
				fields, batched[key] = append(fields, key), how.Batch != nil && *how.Batch
			}
		}
	}
	return fields, batched
}

func isRoot(field string) bool {
	return strings.HasPrefix(field, "query.") || strings.HasPrefix(field, "mutation.")
}

// TestResolversAreForced compares the resolvers that gqlgen made with those that gqlgen.yml asks for. Without being asked it
// makes one only where the bound type has nothing of the field's name: a type that gains that would silently lose its resolver.
func TestResolversAreForced(t *testing.T) {
	t.Parallel()
	forced, batched := bound(t)
	generated := slices.DeleteFunc(resolved(), isRoot)
	for _, field := range generated {
		if !slices.Contains(forced, field) {
			t.Errorf("%s has a resolver that gqlgen.yml does not ask for", field)
		}
		if !batched[field] {
			t.Errorf("%s is not resolved in batches", field)
		}
	}
	for _, field := range forced {
		if !slices.Contains(generated, field) {
			t.Errorf("gqlgen.yml asks for a resolver of %s, and there is none", field)
		}
	}
}

// TestRelationsHaveResolvers fails for a field that leads from an object to another, or counts a list, without a resolver.
func TestRelationsHaveResolvers(t *testing.T) {
	t.Parallel()
	all := resolved()
	for _, d := range types(ast.Object) {
		isRelated := slices.Contains(d.Interfaces, "Node")
		for _, f := range d.Fields {
			to := schema.Types[f.Type.Name()]
			leads := isRelated && (isHidden(to) || strings.HasSuffix(to.Name, "Connection"))
			if (leads || f.Name == "totalCount") && !slices.Contains(all, strings.ToLower(d.Name+"."+f.Name)) {
				t.Errorf("%s.%s has no resolver", d.Name, f.Name)
			}
		}
	}
}

// TestRootsHaveResolvers fails for a resolver at a root that the schema has no field for, and the other way round.
func TestRootsHaveResolvers(t *testing.T) {
	t.Parallel()
	var fields []string
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
		for _, f := range root.Fields {
			if !strings.HasPrefix(f.Name, "__") {
				fields = append(fields, strings.ToLower(root.Name+"."+f.Name))
			}
		}
	}
	roots := slices.DeleteFunc(resolved(), func(field string) bool { return !isRoot(field) })
	slices.Sort(fields)
	slices.Sort(roots)
	if !slices.Equal(fields, roots) {
		t.Errorf("the schema has\n%v\nand the resolvers\n%v", fields, roots)
	}
}
