package bench

import (
	"bytes"
	"html"
	"io"
	"strings"
	"testing"
)

// Whoever reads a target sees how far the limit itself came.
func TestTargetsTellTheirCeiling(t *testing.T) {
	t.Parallel()
	r := &run{report: exampleReport()}
	r.report.Targets = r.limitTargets()
	const want = "3.0 (the limit itself: 3.3)"
	for name, write := range map[string]func(io.Writer) error{"markdown": r.report.Markdown, "HTML": r.report.HTML} {
		var page bytes.Buffer
		if err := write(&page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(html.UnescapeString(page.String()), want) {
			t.Errorf("%s does not tell %q: %s", name, want, page.String())
		}
	}
}
