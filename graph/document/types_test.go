package document_test

import (
	"strings"
	"testing"

	"atelier/domain"
	"atelier/graph/document"
)

// TestUnknownTypes suggests what an unknown type could have meant, wherever it stands, and the same each time.
func TestUnknownTypes(t *testing.T) {
	r := document.NewReader(schema, document.Defaults(), 0)
	for _, text := range []string{
		"{viewer{...F}} fragment F on QueType{id}", "{viewer{...on QueType{id}}}", "query($x:QueType){viewer{id}}",
	} {
		for range 50 {
			_, errs := r.Read(text)
			if len(errs) == 0 || codeOf(errs[0]) != domain.ValidationFailed {
				t.Fatalf("%s: %v", text, errs)
			}
			if want := `Unknown type "QueType". Did you mean "Query" or "__Type"?`; !strings.Contains(errs.Error(), want) {
				t.Fatalf("%s: %v, want %s", text, errs, want)
			}
		}
	}
}
