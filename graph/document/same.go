package document

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// haveSameArguments compares arguments in any order. Fields have a handful; more do not validate.
func haveSameArguments(a, b ast.ArgumentList) bool {
	if len(a) != len(b) {
		return false
	}
	return !slices.ContainsFunc(a, func(one *ast.Argument) bool {
		other := b.ForName(one.Name)
		return other == nil || !areSame(one.Value, other.Value)
	})
}

// areSame compares values as they are written: the fields of objects in any order, the items of lists in theirs.
func areSame(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	as, bs := a.Children, b.Children
	if a.Kind == ast.ObjectValue {
		as, bs = byName(as), byName(bs)
	}
	return slices.EqualFunc(as, bs, func(x, y *ast.ChildValue) bool { return x.Name == y.Name && areSame(x.Value, y.Value) })
}

func byName(children ast.ChildValueList) ast.ChildValueList {
	return slices.SortedStableFunc(slices.Values(children), func(x, y *ast.ChildValue) int { return strings.Compare(x.Name, y.Name) })
}
