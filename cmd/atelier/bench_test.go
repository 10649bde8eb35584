package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBench measures a tiny demo for moments, through the proxy that makes the database distant: what it finds means nothing,
// but every row must be there with figures, and the server and the limit must have answered with the same bytes.
func TestBench(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "report.html")
	p := launch(t, []string{"ATELIER_DATA=" + ownFolder(t)},
		"bench", "--scale=tiny", "--rounds=1", "--duration=10ms", "--latency=1ms", "--report="+page)
	var report strings.Builder
	for line := range p.lines {
		report.WriteString(line + "\n")
	}
	must(t, p.end(t))
	text := report.String()
	for _, row := range []string{
		"API time, a mix of requests", "time in the database for a request", "user list", "task page, first", "task page, deep",
		"task page, dormant user", "task page, deep in everyone's", "page load", "memory allocated for a request", "memory resident after the runs",
		`requests/s at 16 clients, the same mix`,
	} {
		wantLine(t, text, regexp.QuoteMeta(row)+` +\|.* [0-9.]+ .*\|.* [0-9.]+ .*\| +[0-9.]+× \|`)
	}
	for _, operation := range []string{"Q1", "Q2", "Q3", "Q4"} {
		for _, connections := range []string{"1", "16", "64"} {
			wantLine(t, text, `\| `+operation+` +\| +`+connections+` \| +[0-9]+ / [0-9]+ \| +[0-9]+\.[0-9]{2} \|`)
		}
		wantLine(t, text, operation+`: requests/s by the limit's +\| +≥ 0\.90 \| +[0-9.]+ \| +(yes|NO) \|`)
	}
	for _, executor := range []string{"Q1", "Q2"} {
		wantLine(t, text, executor+`: requests/s by the generated executor's +\| +≥ [35] \| +[0-9.]+ \(the limit itself: [0-9.]+\) \| +(yes|NO) \|`)
	}
	wantLine(t, text, `server and limit answered with the same bytes`)
	wantLine(t, text, `server and generated answered with the same bytes`)
	wantLine(t, text, `database latency: 1ms`)
	html, err := os.ReadFile(page)
	must(t, err)
	if bytes.Count(html, []byte("<svg")) < 3 || !bytes.Contains(html, []byte("</html>")) {
		t.Errorf("the page: %s", html)
	}
}

func wantLine(t *testing.T, text, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("no line like %s in\n%s", pattern, text)
	}
}

func TestBenchRefusesWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	for flag, words := range map[string]string{
		"--scale=huge": "--scale is one of", "--rounds=0": "--rounds", "--duration=1ns": "--duration", "--latency=2s": "--latency",
		"--gogc=1": "--gogc", "--only=everything": "--only is one of",
	} {
		want(t, exitUsage, []string{words}, nil, "bench", flag)
	}
	want(t, exitFailed, []string{"is given as a URL"}, nil, "bench", "--database=host=nowhere")
}
