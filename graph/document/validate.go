package document

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"atelier/domain"
)

// maxErrors bounds what an answer tells about a document that is not valid.
const maxErrors = 10

// validation is one walk over a document. It ends early once there is enough to tell: the rules look up what an
// unknown name could have meant, for each one.
type validation struct{ errs gqlerror.List }

// enough ends a walk. Nothing but a panic does.
type enough struct{}

// validate returns what the document violates, ten violations at most.
func (r *Reader) validate(doc *ast.QueryDocument) gqlerror.List {
	v := &validation{}
	v.walk(r, doc)
	for _, err := range v.errs {
		r.present(err)
	}
	return v.errs
}

func (v *validation) walk(r *Reader, doc *ast.QueryDocument) {
	defer func() {
		if cause := recover(); cause != nil && cause != any(enough{}) {
			panic(cause)
		}
	}()
	events := &core.Events{}
	for _, rule := range r.rules {
		rule.RuleFunc(events, v.reporter(rule.Name))
	}
	core.Walk(r.schema, doc, events)
}

func (v *validation) reporter(rule string) core.AddErrFunc {
	return func(options ...core.ErrorOption) {
		err := &gqlerror.Error{Rule: rule}
		for _, option := range options {
			option(err)
		}
		v.errs = append(v.errs, err)
		if len(v.errs) == maxErrors || rule == longEnumRule {
			panic(enough{})
		}
	}
}

// rulesFor are the rules of the specification, in a fixed order, with those of this package. Where introspection is off,
// they suggest nothing.
func rulesFor(limits Limits) []core.Rule {
	all := rules.NewDefaultRules().GetInner()
	delete(all, rules.OverlappingFieldsCanBeMergedRule.Name) // mergeRule takes its place.
	all[rules.KnownTypeNamesRule.Name] = reportUnknownTypes
	if limits.Introspection == 0 {
		for _, quiet := range []core.Rule{
			rules.FieldsOnCorrectTypeRuleWithoutSuggestions, rules.ScalarLeafsRuleWithoutSuggestions,
			rules.KnownArgumentNamesRuleWithoutSuggestions, rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
		} {
			all[strings.TrimSuffix(quiet.Name, "WithoutSuggestions")] = quiet.RuleFunc
		}
	}
	list := []core.Rule{
		{Name: longEnumRule, RuleFunc: reportLongEnums}, {Name: intRule, RuleFunc: reportLongInts},
		{Name: leafRule, RuleFunc: reportObjects}, {Name: mergeRule, RuleFunc: reportConflicts},
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, core.Rule{Name: name, RuleFunc: all[name]})
	}
	return list
}

// present gives a violation its code and bounds its message. Where introspection is off, the message tells the rule alone:
// most rules name types, fields or arguments of the schema besides those of the request.
func (r *Reader) present(err *gqlerror.Error) {
	setCode(err, domain.ValidationFailed)
	if r.limits.Introspection == 0 {
		err.Message = "this does not fit the schema: " + err.Rule
	}
	shorten(err)
	err.Locations = err.Locations[:min(len(err.Locations), 2)]
}
