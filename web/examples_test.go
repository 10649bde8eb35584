package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

func loadSchema(t *testing.T) *ast.Schema {
	t.Helper()
	sdl, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(sdl)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Each example is one operation with a name, which its tab shows, and the schema takes it with the variables beside it.
func TestExamplesFitTheSchema(t *testing.T) {
	schema := loadSchema(t)
	paths, err := filepath.Glob("playground/examples/*.graphql")
	if err != nil || len(paths) < 4 {
		t.Fatalf("%d examples (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			query, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			document, errs := gqlparser.LoadQueryWithRules(schema, string(query), rules.NewDefaultRules())
			if errs != nil {
				t.Fatal(errs)
			}
			if len(document.Operations) != 1 || document.Operations[0].Name == "" {
				t.Fatalf("%d operations, want one with a name", len(document.Operations))
			}
			if _, err := validator.VariableValues(schema, document.Operations[0], variablesOf(t, path)); err != nil {
				t.Error(err)
			}
		})
	}
}

// variablesOf returns the contents of the JSON file beside an example, if there is one.
func variablesOf(t *testing.T, path string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(strings.TrimSuffix(path, ".graphql") + ".json")
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var variables map[string]any
	if err := json.Unmarshal(text, &variables); err != nil {
		t.Fatal(err)
	}
	return variables
}
