package edge_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"atelier/edge"
)

// TestLinesHaveTheNameOfTheirRequest, and those that belong to none are as they were.
func TestLinesHaveTheNameOfTheirRequest(t *testing.T) {
	var text bytes.Buffer
	log := slog.New(edge.LogRequestIDs(slog.NewTextHandler(&text, nil)))
	serve(t, edge.RequestID, func(_ http.ResponseWriter, r *http.Request) {
		log.InfoContext(r.Context(), "one", "a", 1)
		log.With("b", 2).WarnContext(r.Context(), "two")
	}, http.MethodGet, edge.HeaderRequestID, "abc")
	log.InfoContext(context.Background(), "three")
	var ends []string
	for line := range strings.Lines(text.String()) {
		_, end, _ := strings.Cut(strings.TrimSpace(line), "msg=")
		ends = append(ends, end)
	}
	if got, want := strings.Join(ends, "; "), "one a=1 request_id=abc; two b=2 request_id=abc; three"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
