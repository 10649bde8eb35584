package document_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
	"atelier/graph/document"
)

// schema is the real one.
var schema = func() *ast.Schema {
	text, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		panic(err)
	}
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
}()

// newReader keeps nothing, so that each reading is a first one.
func newReader(limits document.Limits) *document.Reader { return document.NewReader(schema, limits, 0) }

// limited are the default limits, changed.
func limited(change func(*document.Limits)) document.Limits {
	limits := document.Defaults()
	change(&limits)
	return limits
}

// generous are limits that nothing here reaches.
func generous() document.Limits {
	const many = 1 << 40
	return document.Limits{
		Tokens: many, Depth: many, Fields: many, Aliases: many, RootFields: many, Directives: many, Fragments: many, Variables: many,
		Introspection: many, Introspected: many, Values: many, ListItems: many, ValueDepth: many, Nodes: many, Answered: many, Cost: many,
	}
}

func codeOf(err *gqlerror.Error) domain.Code {
	if err == nil {
		return ""
	}
	code, _ := err.Extensions["code"].(string)
	return domain.Code(code)
}

func firstCode(errs gqlerror.List) domain.Code {
	if len(errs) == 0 {
		return ""
	}
	return codeOf(errs[0])
}

// mustRead reads a document with one operation.
func mustRead(t testing.TB, r *document.Reader, text string) *ast.OperationDefinition {
	t.Helper()
	doc, errs := r.Read(text)
	if errs != nil {
		t.Fatalf("%v\n%.500s", errs, text)
	}
	return doc.Operations[0]
}

// copies repeats a text with # for the number of the copy.
func copies(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", itoa(i)))
	}
	return b.String()
}
