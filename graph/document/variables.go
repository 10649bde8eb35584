package document

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// CheckVariables refuses variables that are beyond the limits, or do not fit their types as
// https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values has it. Numbers are json.Number. gqlgen lets pass more:
// enum values in any case, which then stand for nothing, and integers of 64 bits.
func (r *Reader) CheckVariables(operation *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	if err := r.limits.checkExtent(variables); err != nil {
		return err
	}
	for _, definition := range operation.VariableDefinitions {
		if err := r.checkVariable(definition, variables); err != nil {
			return err
		}
	}
	return checkConditions(operation, variables)
}

func (r *Reader) checkVariable(definition *ast.VariableDefinition, variables map[string]any) *gqlerror.Error {
	value, isGiven := variables[definition.Variable]
	c := coercion{r.schema, "$" + definition.Variable}
	var why *misfit
	switch {
	case isGiven:
		why = c.fit(definition.Type, value)
	case definition.Type.NonNull && definition.DefaultValue == nil:
		why = c.misfit("is missing")
	}
	if why == nil {
		return nil
	}
	if r.limits.Introspection == 0 { // Types and fields are secret.
		why = &misfit{"$" + definition.Variable, "does not fit its type"}
	}
	err := refusal(domain.ValidationFailed, "%s %s", shortened(why.place, maxMessage/2), why.what)
	err.Locations = []gqlerror.Location{{Line: definition.Position.Line, Column: definition.Position.Column}}
	return err
}

// misfit is a value that does not fit its type: where it stands, and what is wrong.
type misfit struct{ place, what string }

// coercion checks the value at a place, such as $input.role.
type coercion struct {
	schema *ast.Schema
	place  string
}

func (c coercion) misfit(format string, args ...any) *misfit {
	return &misfit{c.place, fmt.Sprintf(format, args...)}
}

func (c coercion) fit(t *ast.Type, value any) *misfit {
	if value == nil {
		if t.NonNull {
			return c.misfit("is null, which %s is not", t)
		}
		return nil
	}
	if t.Elem != nil {
		return c.fitList(t.Elem, value)
	}
	switch definition := c.schema.Types[t.NamedType]; definition.Kind {
	case ast.InputObject:
		return c.fitObject(definition, value)
	case ast.Enum:
		name, isText := value.(string)
		if !isText || definition.EnumValues.ForName(name) == nil {
			return c.misfit("is not a value of %s", definition.Name)
		}
	default:
		if !fitsScalar(definition.Name, value) {
			return c.misfit("is not of the type %s", definition.Name)
		}
	}
	return nil
}

// fitList takes a single value for a list of one, as the specification has it.
func (c coercion) fitList(item *ast.Type, value any) *misfit {
	list, isList := value.([]any)
	if !isList {
		return c.fit(item, value)
	}
	for i, one := range list {
		if why := (coercion{c.schema, c.place + "[" + strconv.Itoa(i) + "]"}).fit(item, one); why != nil {
			return why
		}
	}
	return nil
}

func (c coercion) fitObject(definition *ast.Definition, value any) *misfit {
	object, isObject := value.(map[string]any)
	if !isObject {
		return c.misfit("is not an object of the type %s", definition.Name)
	}
	for _, field := range definition.Fields {
		at := coercion{c.schema, c.place + "." + field.Name}
		given, isGiven := object[field.Name]
		if !isGiven {
			if field.Type.NonNull && field.DefaultValue == nil {
				return at.misfit("is missing")
			}
			continue
		}
		if why := at.fit(field.Type, given); why != nil {
			return why
		}
	}
	return c.unknown(definition, object)
}

func (c coercion) unknown(definition *ast.Definition, object map[string]any) *misfit {
	var names []string
	for name := range object {
		if definition.Fields.ForName(name) == nil {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return coercion{c.schema, c.place + "." + slices.Min(names)}.misfit("is not a field of %s", definition.Name)
}

// fitsScalar checks the scalars of the specification. The others check themselves when they are read.
func fitsScalar(name string, value any) bool {
	number, isNumber := value.(json.Number)
	switch name {
	case "Int":
		_, err := strconv.ParseInt(number.String(), 10, 32)
		return isNumber && err == nil
	case "Float":
		_, err := strconv.ParseFloat(number.String(), 64)
		return isNumber && err == nil
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "String":
		_, ok := value.(string)
		return ok
	case "ID":
		if _, isText := value.(string); isText {
			return true
		}
		_, err := strconv.ParseInt(number.String(), 10, 64)
		return isNumber && err == nil
	}
	return true
}

// checkExtent bounds variables as the document's own values are.
func (l Limits) checkExtent(variables map[string]any) *gqlerror.Error {
	var e extent
	for _, value := range variables {
		e.add(value, 0)
	}
	switch {
	case e.values > l.Values:
		return refusal(domain.TooManyValues, "at most %d values in variables", l.Values)
	case e.items > l.ListItems:
		return tooLong(l)
	case e.deepest > l.ValueDepth:
		return refusal(domain.ValuesTooDeep, "at most %d lists and objects within each other", l.ValueDepth)
	}
	return nil
}

// extent is how much variables hold.
type extent struct {
	values  int
	deepest int
	items   int // Of the longest list.
}

func (e *extent) add(value any, depth int) {
	e.values, e.deepest = e.values+1, max(e.deepest, depth)
	switch v := value.(type) {
	case map[string]any:
		for _, child := range v {
			e.add(child, depth+1)
		}
	case []any:
		e.items = max(e.items, len(v))
		for _, child := range v {
			e.add(child, depth+1)
		}
	}
}
