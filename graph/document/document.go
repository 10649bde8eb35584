// Package document turns the text of a request into a document that is safe to run: parsed, within limits, valid, and with a cost.
//
// Limits are checked before validation, since some of its rules take a time that grows with the square of the document. What
// fragments hold is counted at every spread, but worked out once. It knows the schema's conventions for lists
// (first, last, pageSize, edges, nodes, items) and nothing of how anything is resolved.
package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"atelier/domain"
	"atelier/graph/lru"
)

// Limits bound what a request may ask for. Each is counted with fragments expanded, over the whole document.
type Limits struct {
	Tokens        int // Lexical tokens of the document.
	Depth         int // Fields within fields, introspection aside.
	Fields        int // Fields, introspection aside.
	Aliases       int // Fields under another name than their own.
	RootFields    int // Fields of an operation's root.
	Directives    int // Directives on anything.
	Fragments     int // Fragment definitions.
	Introspection int // Fields below __schema and __type, which no other limit counts; 0 switches introspection off.
	Values        int // Values within arguments and variables.
	ValueDepth    int // Lists and objects within each other, in arguments and variables.
	Nodes         int // Objects that the answer could have.
	Cost          int // Points that an operation may cost.
}

// Defaults are the limits of a server that is not told otherwise.
func Defaults() Limits {
	return Limits{
		Tokens: 15_000, Depth: 12, Fields: 1_000, Aliases: 30, RootFields: 20, Directives: 50, Fragments: 100, Introspection: 500,
		Values: 5_000, ValueDepth: 10, Nodes: 500_000, Cost: 10_000,
	}
}

// maxErrors bounds what an answer tells about a document that is not valid.
const maxErrors = 10

// Reader reads documents against a schema. It is safe for concurrent use.
type Reader struct {
	schema *ast.Schema
	limits Limits
	rules  *rules.Rules
	kept   *lru.Cache[*ast.QueryDocument]
}

// bytesPerByte is about how much memory a parsed document takes for each byte of its text; measured at 15 to 40.
const bytesPerByte = 40

// NewReader returns a reader that keeps documents it has read, up to cacheBytes of their estimated size.
func NewReader(schema *ast.Schema, limits Limits, cacheBytes int) *Reader {
	return &Reader{schema: schema, limits: limits, rules: rulesFor(limits), kept: lru.New[*ast.QueryDocument](cacheBytes)}
}

// rulesFor leaves out what would tell names of the schema to those who may not introspect it.
func rulesFor(limits Limits) *rules.Rules {
	r := rules.NewDefaultRules()
	if limits.Introspection > 0 {
		return r
	}
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	return r
}

// Read parses, limits and validates a document, or returns why not: at most ten errors, each with a code.
func (r *Reader) Read(text string) (*ast.QueryDocument, gqlerror.List) {
	if doc, ok := r.kept.Get(text); ok {
		return doc, nil
	}
	doc, errs := r.read(text)
	if errs != nil {
		return nil, errs[:min(len(errs), maxErrors)]
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
	if errs := validator.ValidateWithRules(r.schema, doc, r.rules); len(errs) > 0 {
		return nil, quiet(errs, r.limits.Introspection == 0)
	}
	return doc, nil
}
