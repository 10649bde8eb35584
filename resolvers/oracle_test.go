package resolvers_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"atelier/auth"
	"atelier/domain"
	"atelier/relay"
)

// oracle works out what a viewer should get for a query of the world: what the admin gets, less what the rules in the
// schema's directives take away. It reads the directives itself and asks auth nothing.
type oracle struct {
	viewer   auth.Viewer
	refusals []string                     // "code at path", for every error that should come.
	read     func(typeName, field string) // Told of every field that was asked for.
}

// lets reports whether the viewer is of an audience of a thing.
func (o *oracle) lets(to string, of thing) bool {
	signedIn, isAdmin := o.viewer.ID != "", o.viewer.Role == domain.RoleAdmin
	isMember := isAdmin || o.viewer.Role == domain.RoleUser
	isOwner := signedIn && of.owner == o.viewer.ID
	switch to {
	case "ANYONE":
		return true
	case "SIGNED_IN":
		return signedIn
	case "MEMBER":
		return isMember || isOwner
	case "READER":
		isNamed := of.model == "open" || of.model == "off" || of.model == "lent" && of.owner == lender[o.viewer.ID]
		return isAdmin || isOwner || isMember && isNamed
	case "OWNER":
		return isAdmin || isOwner
	case "ADMIN":
		return isAdmin
	}
	panic("an audience that the oracle does not know: " + to)
}

// sees reports whether the viewer may see that the object with an id exists.
func (o *oracle) sees(id string) bool {
	parsed, err := relay.ParseID(id)
	if err != nil {
		panic(err)
	}
	return o.lets(visibleTo(schema.Types[parsed.Type]), thingOf(id))
}

func visibleTo(d *ast.Definition) string {
	return d.Directives.ForName("visible").ArgumentMap(nil)["to"].(string)
}

// root is what should come for a query, the admin's answer to which is known.
func (o *oracle) root(query *ast.OperationDefinition, truth map[string]any) map[string]any {
	return o.object(query.SelectionSet, truth, thing{}, schema.Query, nil)
}

// object is what should come of an object that the viewer may see.
func (o *oracle) object(selections ast.SelectionSet, truth map[string]any, of thing, is *ast.Definition, path []any) map[string]any {
	seen := map[string]any{}
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			seen[s.Alias] = o.field(s, truth[s.Alias], of, is, append(slices.Clone(path), s.Alias))
		case *ast.InlineFragment:
			if isOf(schema.Types[s.TypeCondition], is.Name) {
				maps.Copy(seen, o.object(s.SelectionSet, truth, of, is, path))
			}
		}
	}
	return seen
}

// field is what should come of a field: null, with or without an error, where its rule does not let the viewer in.
func (o *oracle) field(f *ast.Field, truth any, of thing, is *ast.Definition, path []any) any {
	if f.Name == "__typename" {
		return truth
	}
	o.read(is.Name, f.Name)
	rule := is.Fields.ForName(f.Name).Directives.ForName("access")
	if rule == nil {
		return o.value(f, f.Definition.Type, truth, of, path)
	}
	arguments := rule.ArgumentMap(nil)
	switch to := arguments["to"].(string); {
	case o.lets(to, of):
		return o.value(f, f.Definition.Type, truth, of, path)
	case arguments["otherwise"] == "NULL":
		return nil
	case o.viewer.ID == "":
		o.refuse(domain.Unauthenticated, path)
	default:
		o.refuse(domain.Forbidden, path)
	}
	return nil
}

func (o *oracle) sortedRefusals() []string { return slices.Sorted(slices.Values(o.refusals)) }

func (o *oracle) refuse(code domain.Code, path []any) {
	o.refusals = append(o.refusals, fmt.Sprint(code, " at ", path))
}

// value is what should come of a field that the viewer may read. The page of tasks at the root is the viewer's own.
func (o *oracle) value(f *ast.Field, is *ast.Type, truth any, of thing, path []any) any {
	if f.Name == "tasks" || f.Name == "tasksPage" {
		of.owner = cmp.Or(of.owner, o.viewer.ID)
	}
	switch v := truth.(type) {
	case []any:
		if is.Elem != nil { // A document may be a list, too.
			return o.list(f, is, v, of, path)
		}
	case map[string]any:
		if name, ok := v["__typename"].(string); ok {
			return o.found(f, is, name, v, of, path)
		}
	}
	return truth
}

// list is what should come of a list: null for what is not to be seen, and the models without it.
func (o *oracle) list(f *ast.Field, is *ast.Type, truth []any, of thing, path []any) any {
	items := []any{}
	for _, item := range truth {
		seen := o.value(f, is.Elem, item, of, append(slices.Clone(path), len(items)))
		if seen == nil && f.Name == "models" && f.ObjectDefinition == schema.Query {
			continue
		}
		items = append(items, seen)
	}
	return items
}

// found is what should come of an object: nothing, where the rule of its type hides it, and an error besides where it was
// asked for by its id alone.
func (o *oracle) found(f *ast.Field, is *ast.Type, typeName string, truth map[string]any, of thing, path []any) any {
	if id, ok := truth["id"].(string); ok {
		of = thingOf(id)
	}
	d := schema.Types[typeName]
	if o.lets(visibleTo(d), of) {
		return o.object(f.SelectionSet, truth, of, d, path)
	}
	if is.NonNull && f.Name != "models" {
		panic(fmt.Sprintf("at %v stands a %s that %v may not see and that must not be null", path, typeName, o.viewer))
	}
	if f.ObjectDefinition == schema.Query && slices.Contains([]string{"user", "task", "chat"}, f.Name) {
		o.refuse(domain.NotFound, path)
	}
	return nil
}
