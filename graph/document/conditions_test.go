package document_test

import (
	"testing"

	"atelier/domain"
	"atelier/graph/document"
)

// TestNullConditions gives null to variables that have a default, where they decide about selections and where they do not.
func TestNullConditions(t *testing.T) {
	r := document.NewReader(schema, document.Defaults(), 0)
	for text, isRefused := range map[string]bool{
		"query($x:Boolean=true){viewer{id @include(if:$x)}}":                                                     true,
		"query($x:Boolean=true){viewer @skip(if:$x){id}}":                                                        true,
		"query($x:Boolean=true){viewer{...@include(if:$x){id}}}":                                                 true,
		"query($x:Boolean=true){viewer{...F}} fragment F on User{id ...G @skip(if:$x)} fragment G on User{name}": true,
		"query($x:Boolean=true){viewer{...F}} fragment F on User{id ...G} fragment G on User{name @skip(if:$x)}": true,
		"query($x:Boolean,$y:Boolean=true){viewer{id @include(if:$y) chats(filter:{archived:$x}){totalCount}}}":  false,
		"query($x:Boolean){viewer{chats(filter:{archived:$x}){totalCount}}}":                                     false,
	} {
		doc, errs := r.Read(text)
		if errs != nil {
			t.Fatalf("%s: %v", text, errs)
		}
		err := r.CheckVariables(doc.Operations[0], map[string]any{"x": nil})
		if (err != nil) != isRefused || isRefused && codeOf(err) != domain.ValidationFailed {
			t.Errorf("%s: %v", text, err)
		}
	}
}
