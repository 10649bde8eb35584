package document_test

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"atelier/graph/document"
)

// FuzzDocument reads any text: it never panics, every error has a code and few words, and reading it again is the same. What
// is valid has a cost, or is refused for it.
func FuzzDocument(f *testing.F) {
	for _, text := range invalid {
		f.Add(text)
	}
	for _, one := range limits {
		defaults := document.Defaults()
		f.Add(one.text(min(*one.of(&defaults), 40)))
	}
	introspection, err := os.ReadFile("../testdata/introspection.graphql")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(introspection))
	f.Add("{viewer{...F0}}" + doubled(30, "User", "id"))
	r := document.NewReader(schema, document.Defaults(), 1<<20)
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) { // The transport has refused it.
			t.Skip()
		}
		doc, errs := r.Read(text)
		if len(errs) > 10 || (doc == nil) != (errs != nil) {
			t.Fatalf("%d errors, document %v", len(errs), doc)
		}
		for _, err := range errs {
			if codeOf(err) == "" || len(err.Message) > 210 {
				t.Errorf("%v", err)
			}
		}
		again, errsAgain := r.Read(text)
		if errs.Error() != errsAgain.Error() || doc != again && len(text) < 1000 {
			t.Errorf("read again: %v, %v", errs, errsAgain)
		}
		if doc == nil {
			return
		}
		for _, operation := range doc.Operations {
			if refused := r.CheckVariables(operation, nil); refused != nil && codeOf(refused) == "" {
				t.Errorf("%v", refused)
			}
			cost, refused := r.CheckCost(operation, map[string]any{})
			if refused != nil && codeOf(refused) == "" || cost.Points < 0 || cost.Objects < 0 || cost.Values < 0 {
				t.Errorf("%+v, %v", cost, refused)
			}
		}
	})
}

// FuzzHalfSurrogates: whatever has none stands for characters alone.
func FuzzHalfSurrogates(f *testing.F) {
	for _, text := range []string{``, `\ud800`, `\ud83d\ude00`, `\\ud800`, `\`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if document.HasHalfSurrogate(text) && !strings.Contains(strings.ToLower(text), `\ud`) {
			t.Errorf("%q", text)
		}
	})
}
