package resolvers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"atelier/domain"
)

// heavy are the fields that are read only where they are selected, by type; for tasks of any service, those of all.
var heavy = map[string][]string{
	"MidjourneyTask": {"prompt", "promptEn", "description", "failReason", "properties", "buttons"},
	"FluxTask":       {"prompt", "failReason"},
	"DreamworkTask":  {"prompt", "failReason"},
	"Task":           {"prompt", "failReason"},
	"Message":        {"content", "meta"},
	"File":           {"meta"},
	"GeneratedFile":  {"metadata"},
	"CreditLog":      {"detail"},
	"Model":          {"params", "meta"},
}

// withoutHeavy takes the heavy columns away, and those that no field shows.
const withoutHeavy = `
ALTER TABLE mj_tasks DROP COLUMN prompt, DROP COLUMN prompt_en, DROP COLUMN description, DROP COLUMN fail_reason,
	DROP COLUMN properties, DROP COLUMN buttons;
ALTER TABLE flux_tasks DROP COLUMN prompt, DROP COLUMN error_message;
ALTER TABLE dreamwork_tasks DROP COLUMN prompt, DROP COLUMN fail_reason;
ALTER TABLE message DROP COLUMN content, DROP COLUMN meta;
ALTER TABLE file DROP COLUMN meta, DROP COLUMN path;
ALTER TABLE generated_files DROP COLUMN file_metadata, DROP COLUMN local_path;
ALTER TABLE credit_log DROP COLUMN detail CASCADE, DROP COLUMN idempotency_key;
ALTER TABLE models DROP COLUMN params, DROP COLUMN meta`

// TestLightShapes goes every way to every noun in a database without the heavy columns, and selects all else.
func TestLightShapes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	a.exec(t, withoutHeavy)
	for _, r := range routes(2) {
		if !isNoun(r.to) {
			continue
		}
		for _, variables := range variablesFor(r)[:1] {
			query := r.wrap(everything(r.to, heavy[r.to.Name]...))
			if got := a.query(t, ada, query, variables); len(got.Errors) > 0 {
				t.Errorf("%s reads what it does not need: %s\n%v", r, got.Errors[0].Message, a.log.lines(fmt.Sprint(got.Errors[0].Extensions["errorId"])))
			}
		}
	}
}

// TestFullShapes goes every way to every noun and selects one heavy field alone: it is never empty.
func TestFullShapes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	for _, r := range routes(2) {
		for _, field := range heavy[r.to.Name] {
			found := 0
			for _, variables := range startsFor(r) {
				got := a.query(t, ada, r.wrap("__typename "+field), variables).must(t)
				for _, object := range r.ends(got) {
					found++
					if object[field] == nil || object[field] == "" {
						t.Errorf("%s: %s is %v", r, field, object[field])
					}
				}
			}
			if found == 0 && isTelling(r) {
				t.Errorf("%s: no object to read %s of", r, field)
			}
		}
	}
}

// startsFor are what to ask with at the beginning of a way, of everything that it can begin with.
func startsFor(r route) (all []map[string]any) {
	root := r.steps[0].field
	if root.Arguments.ForName("id") == nil {
		return variablesFor(r)
	}
	for _, id := range worldIDs(idType(root, r.steps[1:])) {
		all = append(all, map[string]any{"id": id})
	}
	return all
}

// ends are the objects at the end of a way in an answer.
func (r route) ends(got answer) []map[string]any {
	objects := []map[string]any{got.Data.(map[string]any)}
	for _, s := range r.steps {
		objects = below(objects, s)
	}
	return objects
}

// TestHeavyFieldsAreKnown fails when a type gains a field that looks heavy and is not in the list.
func TestHeavyFieldsAreKnown(t *testing.T) {
	t.Parallel()
	light := []string{"AIService.defaults"} // Three rows.
	for _, d := range schema.Types {
		for _, f := range d.Fields {
			name := d.Name + "." + f.Name
			if d.Kind != ast.InputObject && f.Type.Name() == "JSON" && !slices.Contains(heavy[d.Name], f.Name) && !slices.Contains(light, name) {
				t.Errorf("%s is a document of any size: is it heavy?", name)
			}
		}
	}
}

// TestSelectedShapes selects, and does not select, the text of messages by all the ways there are to do so. The database
// has no texts: the answer fails where one is read.
func TestSelectedShapes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, database(t, "world.sql"))
	a.exec(t, `ALTER TABLE message DROP COLUMN content, DROP COLUMN meta`)
	for _, c := range []struct {
		name, selection, fragments string
		reads                      bool
	}{
		{name: "not at all", selection: `nodes { id role }`},
		{name: "plainly", selection: `nodes { content }`, reads: true},
		{name: "on edges", selection: `edges { node { content } }`, reads: true},
		{name: "under another name", selection: `nodes { id: content }`, reads: true},
		{name: "another under its name", selection: `nodes { content: role }`},
		{name: "in an inline fragment", selection: `nodes { ... on Message { ... { content } } }`, reads: true},
		{name: "in an inline fragment on the interface", selection: `nodes { ... on Node { ... on Message { content } } }`, reads: true},
		{name: "in fragments", selection: `...page`, fragments: `fragment page on MessageConnection { edges { ...edge } } fragment edge on MessageEdge { node { ...text } }
			fragment text on Message { content }`, reads: true},
		{name: "in a fragment beside another", selection: `nodes { id } nodes { ...text }`, fragments: `fragment text on Message { content }`, reads: true},
		{name: "skipped", selection: `nodes { id content @skip(if: true) }`},
		{name: "skipped by a variable", selection: `nodes { id content @skip(if: $yes) }`},
		{name: "not included", selection: `nodes { id content @include(if: $no) }`},
		{name: "included", selection: `nodes { content @include(if: $yes) @skip(if: $no) }`, reads: true},
		{name: "both skipped and included", selection: `nodes { id content @include(if: $yes) @skip(if: $yes) }`},
		{name: "by a variable that is not given", selection: `nodes { id content @include(if: $open) }`},
		{name: "in a fragment skipped", selection: `nodes { id ...text @skip(if: $yes) }`, fragments: `fragment text on Message { content }`},
		{name: "in an inline fragment skipped", selection: `nodes { id ... @skip(if: $yes) { content } }`},
		{name: "in a list skipped", selection: `totalCount nodes @skip(if: $yes) { content }`},
		{name: "in edges skipped", selection: `nodes { id } edges { node @include(if: $no) { content } cursor }`},
		{name: "of what another file is called", selection: `nodes { id user { files { nodes { meta } } } }`},
		{name: "of a parent alone", selection: `nodes { id parent { id role } }`},
		{name: "of a parent", selection: `nodes { parent { content } }`, reads: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			query := `query ($id: ID!, $yes: Boolean! = true, $no: Boolean! = false, $open: Boolean! = false) {
				chat(id: $id) { messages { ` + c.selection + ` } }
				used: viewer { id @skip(if: $yes) name @include(if: $no) role @skip(if: $open) } } ` + c.fragments
			got := a.query(t, bob, query, map[string]any{"id": globalID("Chat", "chat-bob-1")})
			if reads := slices.Contains(got.codes(), domain.Internal); reads != c.reads {
				t.Errorf("reads the text: %t, want %t\n%s\n%s", reads, c.reads, got.Body, strings.Join(a.log.lines("cause"), "\n"))
			}
		})
	}
}
