package document_test

import (
	"testing"

	"atelier/graph/document"
)

func TestHalfSurrogates(t *testing.T) {
	for text, want := range map[string]bool{
		``: false, `plain`: false, `\`: false, `\u`: false, `\u12`: false, `\u00e9`: false, `\ufffd`: false, `\n\\`: false,
		`\ud83d\ude00`: false, `\uD83D\uDE00 \u00e9`: false, `\\ud800`: false, `\\\\ud800`: false,
		`\ud800`: true, `\udc00`: true, `x\ud800x`: true, `\ud800\n`: true, `\ud800\u0041`: true, `\ud800\ud800`: true, `\ude00\ud83d`: true,
		`\\\ud800`: true, `\ud83d\ude00\ud800`: true, `\ud800\`: true, `\ud800\u12`: true,
	} {
		if got := document.HasHalfSurrogate(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestHalfSurrogatesOfDocuments: only a string that has one is refused; block strings and comments have no escapes.
func TestHalfSurrogatesOfDocuments(t *testing.T) {
	r := newReader(document.Defaults())
	for text, valid := range map[string]bool{
		`{node(id:"\ud800"){id}}`: false, `{node(id:"\ud83d\ude00"){id}}`: true, `{node(id:"""\ud800"""){id}}`: true,
		"# \\ud800\n{node(id:\"x\"){id}}": true, "{node(id:\"\uFFFD\"){id}}": true, `{node(id:"\u{1F600}"){id}}`: true, `{node(id:"\u{d800}"){id}}`: false,
	} {
		if _, errs := r.Read(text); (errs == nil) != valid {
			t.Errorf("%s: %v", text, errs)
		}
	}
}
