package document_test

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
	"pgregory.net/rapid"
)

// TestMergingAgrees compares what this package says of overlapping fields with what gqlparser finds pair by pair, on random
// documents that have many.
func TestMergingAgrees(t *testing.T) {
	r := newReader(generous())
	pair := rules.NewRules(rules.OverlappingFieldsCanBeMergedRule)
	conflicts := 0
	rapid.Check(t, func(t *rapid.T) {
		text := anOperation(t, []string{"5", "7"}, []string{"id", "name", "tasks", "user", "x", "nodes"})
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		want := len(validator.ValidateWithRules(schema, doc, pair)) > 0
		_, errs := r.Read(text)
		if got := slices.ContainsFunc(errs, isConflict); got != want {
			t.Fatalf("conflicts: %v, want %v\n%v\n%s", got, want, errs, text)
		}
		if want {
			conflicts++
		}
	})
	if conflicts == 0 {
		t.Error("no document had conflicts")
	}
}

func isConflict(err *gqlerror.Error) bool {
	return err.Rule == rules.OverlappingFieldsCanBeMergedRule.Name
}

// TestMerging has the examples of the specification, on this schema.
func TestMerging(t *testing.T) {
	r := newReader(generous())
	for text, conflicts := range map[string]bool{
		`{viewer{id id}}`:        false,
		`{viewer{x:id x:id}}`:    false,
		`{viewer{x:id x:name}}`:  true,
		`{viewer{name:id name}}`: true,
		`{viewer{tasks(first:1){totalCount} tasks(first:2){totalCount}}}`:                                                         true,
		`{viewer{tasks(first:1 after:"a"){totalCount} tasks(after:"a" first:1){totalCount}}}`:                                     false,
		`{viewer{tasks(filter:{service:FLUX status:FAILED}){totalCount} tasks(filter:{status:FAILED service:FLUX}){totalCount}}}`: false,
		`{viewer{tasks(filter:{service:FLUX}){totalCount} tasks(filter:{service:MIDJOURNEY}){totalCount}}}`:                       true,
		`{viewer{tasks{totalCount} tasks(first:1){totalCount}}}`:                                                                  true,
		`{nodes(ids:["a" "b"]){id} nodes(ids:["b" "a"]){id}}`:                                                                     true,
		`{viewer{...A ...B}} fragment A on User{x:id} fragment B on User{x:name}`:                                                 true,
		`{viewer{...A} ...C} fragment A on User{x:id} fragment C on Query{viewer{x:role}}`:                                        true,
		`{task(id:"x"){...on FluxTask{x:model} ...on DreamworkTask{x:action}}}`:                                                   false, // Both are String!, on types that exclude each other.
		`{task(id:"x"){...on FluxTask{x:requestId} ...on DreamworkTask{x:model}}}`:                                                false,
		`{task(id:"x"){...on FluxTask{x:seed} ...on DreamworkTask{x:model}}}`:                                                     true, // Int64 and String.
		`{task(id:"x"){...on FluxTask{user{x:id}} ...on DreamworkTask{user{x:name}}}}`:                                            true, // ID! and String!
		`{task(id:"x"){...on FluxTask{user{x:name}} ...on DreamworkTask{user{x:email}}}}`:                                         true, // String! and String.
		`{task(id:"x"){...on FluxTask{user{x:email}} ...on DreamworkTask{user{x:profileImageUrl}}}}`:                              false,
		`{task(id:"x"){...on FluxTask{user{x:email}} user{x:profileImageUrl}}}`:                                                   true, // May be of one object.
		`{node(id:"x"){...on User{files{nodes{x:filename}}} ...on FluxTask{files{nodes{x:status}}}}}`:                             true,
	} {
		_, errs := r.Read(text)
		if got := slices.ContainsFunc(errs, isConflict); got != conflicts || len(errs) > 0 != conflicts {
			t.Errorf("%s: conflicts %v, want %v: %v", text, got, conflicts, errs)
		}
	}
}
