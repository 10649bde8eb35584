// Package document turns the text of a request into a document that is safe to run: parsed, within limits, valid, and with a cost.
//
// Limits are checked before validation, so that whatever follows works on something small. What fragments hold is counted
// at every spread, but worked out once. It knows the schema's conventions for lists (first, last, pageSize, edges, nodes,
// items) and nothing of how anything is resolved.
package document

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"

	"atelier/domain"
	"atelier/graph/lru"
)

// Reader reads documents against a schema. It is safe for concurrent use.
type Reader struct {
	schema *ast.Schema
	limits Limits
	rules  []core.Rule
	kept   *lru.Cache[*ast.QueryDocument]
}

// bytesPerPart is about how much memory a part of a parsed document takes: a selection, a value, a definition.
const bytesPerPart = 256

// bytesPerComment is what a comment takes, which the parser keeps: a # may begin one.
const bytesPerComment = 128

// NewReader returns a reader that keeps documents it has read, up to cacheBytes of their estimated size.
func NewReader(schema *ast.Schema, limits Limits, cacheBytes int) *Reader {
	return &Reader{schema: schema, limits: limits, rules: rulesFor(limits), kept: lru.New[*ast.QueryDocument](cacheBytes)}
}

// Read parses, limits and validates a document, or returns why not: at most ten errors, each with a code. What it
// returns is shared: it must not be changed.
func (r *Reader) Read(text string) (*ast.QueryDocument, gqlerror.List) {
	if doc, ok := r.kept.Get(text); ok {
		return doc, nil
	}
	doc, parts, errs := r.read(text)
	if errs != nil {
		return nil, errs
	}
	r.kept.Add(text, doc, parts*bytesPerPart+strings.Count(text, "#")*bytesPerComment+len(text))
	return doc, nil
}

func (r *Reader) read(text string) (doc *ast.QueryDocument, parts int, errs gqlerror.List) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, r.limits.Tokens)
	if err != nil {
		return nil, 0, refuseParse(err)
	}
	if len(doc.Operations) == 0 {
		return nil, 0, refuse(domain.ValidationFailed, "the document has no operation")
	}
	found := surveyDocument(doc)
	if err := r.limits.checkShape(doc, found); err != nil {
		return nil, 0, gqlerror.List{err}
	}
	if errs := r.validate(doc); len(errs) > 0 {
		return nil, 0, errs
	}
	return doc, found.parts, nil
}

// Operation returns the operation of a document that a request names, or the only one where it names none.
func Operation(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *gqlerror.Error) {
	if operation := doc.Operations.ForName(name); operation != nil {
		return operation, nil
	}
	if name == "" {
		return nil, refusal(domain.ValidationFailed, "the document has several operations: say which in operationName")
	}
	return nil, refusal(domain.ValidationFailed, "the document has no operation of this name")
}
