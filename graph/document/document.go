// Package document turns the text of a request into a document that is safe to run: parsed, within limits, valid, and with a cost.
//
// Limits are checked before validation, so that whatever follows works on something small. What fragments hold is counted
// at every spread, but worked out once. It knows the schema's conventions for lists (first, last, pageSize, edges, nodes,
// items) and nothing of how anything is resolved.
package document

import (
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

// bytesPerByte is about how much memory a parsed document takes for each byte of its text: 10 to 60, the most for
// documents of one-letter fields.
const bytesPerByte = 60

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
	doc, errs := r.read(text)
	if errs != nil {
		return nil, errs
	}
	r.kept.Add(text, doc, len(text)*bytesPerByte)
	return doc, nil
}

func (r *Reader) read(text string) (*ast.QueryDocument, gqlerror.List) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, r.limits.Tokens)
	if err != nil {
		return nil, refuseParse(err)
	}
	if len(doc.Operations) == 0 {
		return nil, refuse(domain.ValidationFailed, "the document has no operation")
	}
	if err := r.limits.checkShape(doc); err != nil {
		return nil, gqlerror.List{err}
	}
	if errs := r.validate(doc); len(errs) > 0 {
		return nil, errs
	}
	return doc, nil
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
