package plugin

import (
	"fmt"
	"go/types"
	"strings"

	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
)

const (
	gqlgen = "github.com/99designs/gqlgen/graphql"
)

// known are the append functions for gqlgen's own marshalers: what they are called with, and whether they may fail.
var known = map[string]struct {
	call  string
	fails bool
}{
	gqlgen + ".MarshalString":       {"exec.AppendString(b, %s)", false},
	gqlgen + ".MarshalID":           {"exec.AppendString(b, %s)", false},
	gqlgen + ".MarshalInt":          {"exec.AppendInt(b, %s)", false},
	gqlgen + ".MarshalInt32":        {"exec.AppendInt(b, %s)", false},
	gqlgen + ".MarshalInt64":        {"exec.AppendInt(b, %s)", false},
	gqlgen + ".MarshalBoolean":      {"exec.AppendBool(b, %s)", false},
	gqlgen + ".MarshalTime":         {"exec.AppendTime(b, %s)", true},
	gqlgen + ".MarshalFloatContext": {"exec.AppendFloat(b, %s)", true},
}

// leafOf is the body of a function that appends v, a value of the type, to b, and returns b and an error.
func leafOf(ref *config.TypeReference, v string) (string, error) {
	switch {
	case ref.IsSlice():
		return listOf(ref, v)
	case ref.IsPtrToSlice(), ref.IsPtrToPtr():
		return "", fmt.Errorf("its Go type")
	}
	var body strings.Builder
	if ref.IsNilable() {
		fmt.Fprintf(&body, "if %s == nil { return b, exec.ErrNull }\n", v)
	}
	call, fails, err := appendOf(ref, v)
	if err != nil {
		return "", err
	}
	if fails {
		return body.String() + "return " + call, nil
	}
	return body.String() + "return " + call + ", nil", nil
}

// listOf appends a list of leaves. Its items must not be nil: their errors would need a path.
func listOf(ref *config.TypeReference, v string) (string, error) {
	elem := ref.Elem()
	if elem.IsSlice() || elem.IsNilable() {
		return "", fmt.Errorf("a list of leaves that may be null, or of lists")
	}
	call, fails, err := appendOf(elem, "item")
	if err != nil || fails {
		return "", fmt.Errorf("a list of leaves that may fail")
	}
	var body strings.Builder
	if !ref.GQL.NonNull {
		fmt.Fprintf(&body, "if %s == nil { return b, exec.ErrNull }\n", v)
	}
	fmt.Fprintf(&body, "b = append(b, '[')\nfor i, item := range %s {\nif i > 0 { b = append(b, ',') }\nb = %s\n}\nreturn append(b, ']'), nil", v, call)
	return body.String(), nil
}

// appendOf is an expression that appends a value which is not nil, and whether it is two: of bytes and an error.
func appendOf(ref *config.TypeReference, v string) (call string, fails bool, err error) {
	if e, ok := enumOf(ref); ok {
		return e.Func + "(b, " + value(ref, v) + ")", false, nil
	}
	switch {
	case ref.IsMarshaler:
		return ofMethod(ref, v)
	case ref.Marshaler != nil:
		return ofFunc(ref, v)
	}
	return "", false, fmt.Errorf("a leaf without a marshaler")
}

// ofMethod prefers a method AppendGQL(b []byte) []byte of the type to its MarshalGQL.
func ofMethod(ref *config.TypeReference, v string) (string, bool, error) {
	if method, _, _ := types.LookupFieldOrMethod(ref.GO, true, nil, "AppendGQL"); method != nil {
		return v + ".AppendGQL(b)", false, nil
	}
	if ref.IsContext {
		return "exec.AppendContextMarshaler(b, " + v + ")", true, nil
	}
	return "exec.AppendMarshaler(b, " + v + ")", true, nil
}

// ofFunc prefers a function AppendX beside MarshalX, of (b []byte, v T) []byte, to the latter.
func ofFunc(ref *config.TypeReference, v string) (string, bool, error) {
	v = value(ref, v)
	if ref.CastType != nil {
		v = templates.CurrentImports.LookupType(ref.CastType) + "(" + v + ")"
	}
	name := ref.Marshaler.Pkg().Path() + "." + ref.Marshaler.Name()
	if k, ok := known[name]; ok {
		return fmt.Sprintf(k.call, v), k.fails, nil
	}
	if beside := ref.Marshaler.Pkg().Scope().Lookup(strings.Replace(ref.Marshaler.Name(), "Marshal", "Append", 1)); beside != nil {
		return templates.Call(beside.(*types.Func)) + "(b, " + v + ")", false, nil
	}
	marshaled := templates.Call(ref.Marshaler) + "(" + v + ")"
	if ref.IsContext {
		return "exec.AppendContextMarshaler(b, " + marshaled + ")", true, nil
	}
	return "exec.AppendMarshaler(b, " + marshaled + ")", true, nil
}

// value is v as marshal functions take it, which is what is bound in gqlgen.yml.
func value(ref *config.TypeReference, v string) string {
	switch {
	case ref.IsTargetNilable() && !ref.IsNilable():
		return "&" + v
	case !ref.IsTargetNilable() && ref.IsNilable():
		return "*" + v
	}
	return v
}

// enum is an enum whose values are bound, written by a switch over them.
type enum struct {
	Func   string
	Type   types.Type
	Values []config.EnumValueReference
}

// enumOf returns the enum of a type, unless it is a list.
func enumOf(ref *config.TypeReference) (enum, bool) {
	if !ref.HasEnumValues() || ref.IsSlice() {
		return enum{}, false
	}
	of := ref.GO
	if p, ok := of.(*types.Pointer); ok {
		of = p.Elem()
	}
	return enum{"execAppend" + templates.UcFirst(ref.Definition.Name), of, ref.EnumValues}, true
}
