package bench

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the reports into testdata")

func exampleReport() *Report {
	server := Load{PerSecond: 900, P50: 1.5, P99: 9.25, ServerCPU: 600, DatabaseCPU: 300, GeneratorCPU: 20, Statements: 3, Allocated: 20_000}
	limit := Load{PerSecond: 1000, P50: 1.25, P99: 8, ServerCPU: 500, DatabaseCPU: 300, GeneratorCPU: 20, Statements: 3, Allocated: 9_000}
	generated := Load{PerSecond: 300, P50: 5, P99: 30, ServerCPU: 2500, DatabaseCPU: 310, Statements: 3, Allocated: 200_000}
	return &Report{
		About: []Fact{{"version", "v1"}, {"data", "tiny & small"}},
		Comparisons: []Comparison{
			{What: "user list", Unit: "ms", Before: Figure{812.4, 1000}, After: Figure{3.456, 12.3}, Promise: promisedUsers},
			{What: "memory", Unit: "MiB", Before: alone(30), After: alone(40), Promise: promisedMemory},
			{What: "requests/s", Unit: "/s", Before: alone(25), After: alone(2500), MoreIsBetter: true, Promise: promisedRate},
			{What: "repeats", Before: nothing, After: nothing, Promise: promisedRepeats, Missing: "there is <nothing>"},
		},
		Limits: []Limit{{"Q1", 16, server, limit}}, Executors: []Executor{{"Q1", 16, generated, server}},
		Cache:   []Comparison{{What: "API time", Unit: "ms", Before: Figure{4, 8}, After: Figure{1, 2}}},
		Targets: []Target{{"Q1: ratio", "≥ 0.90", "0.90", Reached}, {"Q2: ratio", "≥ 0.90", "0.40", Missed}, {"Q3: ratio", "≥ 0.90", "–", Open}},
		Notes:   []string{"the same bytes"},
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	for file, write := range map[string]func(io.Writer) error{
		"testdata/report.md":   exampleReport().Markdown,
		"testdata/report.html": exampleReport().HTML,
	} {
		var got bytes.Buffer
		if err := write(&got); err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s (go test ./bench -update writes it): %v\n%s", file, err, got.String())
		}
	}
}

// TestPageStandsAlone looks for what a page without internet could not show, and that its drawings are well-formed.
func TestPageStandsAlone(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	if err := exampleReport().HTML(&page); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, outside := range []string{"http:", "https:", "src=", "href=", "url(", "@import", "<script"} {
		if strings.Contains(text, outside) {
			t.Errorf("the page holds %q", outside)
		}
	}
	drawings := strings.Count(text, "<svg")
	if drawings != 4 {
		t.Errorf("%d charts, want 4", drawings)
	}
	for rest := text; drawings > 0; drawings-- {
		from := strings.Index(rest, "<svg")
		to := strings.Index(rest, "</svg>") + len("</svg>")
		decoder := xml.NewDecoder(strings.NewReader(rest[from:to]))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("a chart is not well-formed: %v", err)
			}
		}
		rest = rest[to:]
	}
}
