package document_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"atelier/graph/document"
)

// TestKeptDocumentsAreBounded reads far more than is kept, of the documents that take the most memory for their text.
func TestKeptDocumentsAreBounded(t *testing.T) {
	const room = 16 << 20
	for name, text := range map[string]string{
		"fields":      "{viewer{" + strings.Repeat("id ", 900) + "}}",
		"values":      "{" + copies(3, "a#:nodes(ids:["+strings.Repeat("1 ", 990)+"]){id} ") + "}",
		"fragments":   "{viewer{" + copies(90, "...F# ") + "}}" + copies(90, " fragment F# on User{id}"),
		"white space": "{__typename}" + strings.Repeat(" ", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			r := document.NewReader(schema, document.Defaults(), room)
			before := heap()
			for i := range 2*room/len(text)/20 + 200 {
				mustRead(t, r, fmt.Sprintf("%s #%d", text, i))
			}
			grown := heap() - before
			t.Logf("%d MiB of %d", grown>>20, room>>20)
			if grown > room*5/4 {
				t.Errorf("%d bytes are kept, of %d", grown, room)
			}
			runtime.KeepAlive(r)
		})
	}
}

func heap() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}
