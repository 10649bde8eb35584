package transport_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEveryCodeIsDocumented compares the codes that domain/ declares with those that docs/errors.md explains.
func TestEveryCodeIsDocumented(t *testing.T) {
	declared, err := os.ReadFile("../../domain/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	explained, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`Code\s*= "([A-Z_]+)"`).FindAllSubmatch(declared, -1)
	if len(codes) < 40 {
		t.Fatalf("only %d codes were found", len(codes))
	}
	for _, code := range codes {
		if !strings.Contains(string(explained), "| `"+string(code[1])+"` |") {
			t.Errorf("docs/errors.md does not explain %s", code[1])
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllSubmatch(explained, -1) {
		if !strings.Contains(string(declared), `"`+string(row[1])+`"`) {
			t.Errorf("nothing declares %s", row[1])
		}
	}
}
