package graph

import (
	"maps"

	"github.com/vektah/gqlparser/v2/ast"
)

// servedSchema is the schema without @defer, which gqlgen puts into every one. An answer goes out in one piece: what a
// document defers would never be sent, and what works on it never end. So documents that defer do not validate.
var servedSchema = withoutDefer(parsedSchema)

func withoutDefer(schema *ast.Schema) *ast.Schema {
	served := *schema
	served.Directives = maps.Clone(schema.Directives)
	delete(served.Directives, "defer")
	return &served
}
