package transport_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/graph"
	"atelier/graph/transport"
	"atelier/resolvers"
)

// newHandler is the real handler over no database: enough for whatever is refused, and for what needs none.
func newHandler(settings transport.Settings) http.Handler {
	root := resolvers.New(nil)
	return graph.NewHandler(graph.Options{
		Resolvers: root, Prepare: root.Prepare, Log: slog.New(slog.DiscardHandler), Transport: settings,
	})
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   string
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
	Data       json.RawMessage
	Extensions map[string]any
}

// code is that of the first error, or "".
func (r reply) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

func serve(t testing.TB, handler http.Handler, request *http.Request) reply {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	got := reply{status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
	if request.Method != http.MethodHead {
		if err := json.Unmarshal([]byte(got.body), &got); err != nil {
			t.Fatalf("the answer is not JSON: %v\n%.500s", err, got.body)
		}
	}
	return got
}

// post sends a body as application/json, with headers besides, by name and value.
func post(t testing.TB, handler http.Handler, body string, headers ...string) reply {
	t.Helper()
	return serve(t, handler, newPost(t.Context(), body, headers...))
}

func newPost(ctx context.Context, body string, headers ...string) *http.Request {
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	addHeaders(request, headers)
	return request
}

func addHeaders(request *http.Request, headers []string) {
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
}

// get sends a query string.
func get(t testing.TB, handler http.Handler, query string, headers ...string) reply {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?"+query, nil)
	addHeaders(request, headers)
	return serve(t, handler, request)
}

// body encodes a request.
func body(t testing.TB, query string, variables map[string]any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
