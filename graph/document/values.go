package document

import (
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
)

const (
	intRule      = "IntsHave32Bits"
	longEnumRule = "EnumValuesAreNames"
	leafRule     = "LeavesAreNoObjects"
)

// reportLongInts refuses what https://spec.graphql.org/October2021/#sec-Int does and gqlparser lets pass up to 64 bits.
func reportLongInts(events *core.Events, report core.AddErrFunc) {
	events.OnValue(func(_ *core.Walker, v *ast.Value) {
		if v.Kind != ast.IntValue || v.Definition == nil || v.Definition.Name != "Int" {
			return
		}
		if _, err := strconv.ParseInt(v.Raw, 10, 32); err != nil {
			report(core.Message("An Int has 32 bits: it is %d to %d.", math.MinInt32, math.MaxInt32), core.At(v.Position))
		}
	})
}

// reportLongEnums refuses a long string in the place of an enum's value, and ends the walk: the rule on values would look for
// values that are like it in a time that grows with its length.
func reportLongEnums(events *core.Events, report core.AddErrFunc) {
	events.OnValue(func(_ *core.Walker, v *ast.Value) {
		isText := v.Kind == ast.StringValue || v.Kind == ast.BlockValue
		if isText && len(v.Raw) > maxName && v.Definition != nil && v.Definition.Kind == ast.Enum {
			report(core.Message("An enum's value is a name, without quotes."), core.At(v.Position))
		}
	})
}

// reportObjects refuses an object in the place of an enum's value or of a scalar of the specification, which gqlparser lets pass.
func reportObjects(events *core.Events, report core.AddErrFunc) {
	events.OnValue(func(_ *core.Walker, v *ast.Value) {
		if v.Kind != ast.ObjectValue || v.Definition == nil {
			return
		}
		if v.Definition.Kind == ast.Enum || v.Definition.OneOf("Int", "Float", "String", "Boolean", "ID") {
			report(core.Message("Expected a value of type %q, found an object.", v.Definition.Name), core.At(v.Position))
		}
	})
}
