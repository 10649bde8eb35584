package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// wrappers are the fields between a list and its items.
var wrappers = []string{"edges", "node", "nodes", "items"}

// What lists are read by, a statement for each of these: the fields of a connection but its total, which has a resolver; those of a
// numbered page that hold its items; and those that its total tells.
var (
	pageFields  = []string{"edges", "nodes", "pageInfo"}
	itemFields  = []string{"items"}
	totalFields = []string{"total", "totalPages", "hasNext", "hasPrev"}
)

// SelectsPage reports whether anything is selected of a connection for which its page must be read.
func SelectsPage(ctx context.Context) bool { return Selects(ctx, pageFields...) }

// SelectsItems reports whether the items of a numbered page are selected.
func SelectsItems(ctx context.Context) bool { return Selects(ctx, itemFields...) }

// SelectsTotal reports whether anything is selected of a numbered page for which its list must be counted.
func SelectsTotal(ctx context.Context) bool { return Selects(ctx, totalFields...) }

// userRelations are the relations of a user besides the balance. One that is missing here would wait for the user's row.
var userRelations = []string{"tasks", "creditLogs", "chats", "files", "generatedFiles", "statistics"}

// SelectsBalanceAlone reports whether the balance is the one relation that is selected of a user. Then it is read with the user's row.
func SelectsBalanceAlone(ctx context.Context) bool {
	return Selects(ctx, "credit") && !Selects(ctx, userRelations...)
}

// Selects reports whether any of the named fields is selected on what the context's field resolves to, or on the
// items of that list, whatever their concrete type. By it resolvers tell which shape of a noun to load.
func Selects(ctx context.Context, names ...string) bool {
	return selects(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections, names)
}

func selects(operation *graphql.OperationContext, selections ast.SelectionSet, names []string) bool {
	return slices.ContainsFunc(selections, func(selection ast.Selection) bool {
		switch s := selection.(type) {
		case *ast.Field:
			named := slices.Contains(names, s.Name) || slices.Contains(wrappers, s.Name) && selects(operation, s.SelectionSet, names)
			return named && isIncluded(operation, s.Directives)
		case *ast.InlineFragment:
			return isIncluded(operation, s.Directives) && selects(operation, s.SelectionSet, names)
		case *ast.FragmentSpread:
			return isIncluded(operation, s.Directives) && selects(operation, s.Definition.SelectionSet, names)
		}
		return false
	})
}

// isIncluded evaluates @skip and @include, as https://spec.graphql.org/October2021/#sec-Type-System.Directives has them.
func isIncluded(operation *graphql.OperationContext, directives ast.DirectiveList) bool {
	skip, include := directives.ForName("skip"), directives.ForName("include")
	return (skip == nil || skip.ArgumentMap(operation.Variables)["if"] != true) &&
		(include == nil || include.ArgumentMap(operation.Variables)["if"] == true)
}
