package edge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/edge"
)

// serve sends a request with headers, by name and value, through a middleware to a handler.
func serve(t *testing.T, through edge.Middleware, handler http.HandlerFunc, method string, headers ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, "/graphql", nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	through(handler).ServeHTTP(recorder, request)
	return recorder.Result()
}

func nothing(http.ResponseWriter, *http.Request) {}

func TestChainKeepsTheOrder(t *testing.T) {
	var passed []string
	note := func(name string) edge.Middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				passed = append(passed, name)
				next.ServeHTTP(w, r)
			})
		}
	}
	handler := edge.Chain(http.HandlerFunc(nothing), note("first"), note("second"))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	if got := strings.Join(passed, " "); got != "first second" {
		t.Errorf("passed %s", got)
	}
}

// TestRequestID takes plain names as they are, and makes one in the place of all others.
func TestRequestID(t *testing.T) {
	for given, isTaken := range map[string]bool{
		"abc-DEF_1.2": true, strings.Repeat("x", 64): true, strings.Repeat("x", 65): false, "": false, "a b": false, "a\nb": false,
		"a\"b": false, "é": false, "<script>": false, "a;b": false,
	} {
		var inside string
		response := serve(t, edge.RequestID, func(_ http.ResponseWriter, r *http.Request) { inside = edge.RequestIDFrom(r.Context()) },
			http.MethodGet, edge.HeaderRequestID, given)
		if isTaken != (inside == given && given != "") || inside == "" || response.Header.Get(edge.HeaderRequestID) != inside {
			t.Errorf("%q: %q inside, %q in the answer", given, inside, response.Header.Get(edge.HeaderRequestID))
		}
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		seen[serve(t, edge.RequestID, nothing, http.MethodGet).Header.Get(edge.HeaderRequestID)] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d names for 100 requests", len(seen))
	}
	if got := edge.RequestIDFrom(t.Context()); got != "" {
		t.Errorf("a name without a request: %q", got)
	}
}

func TestSecurityHeaders(t *testing.T) {
	response := serve(t, edge.SecurityHeaders, nothing, http.MethodGet)
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
	}
	if got := serve(t, edge.SecurityHeaders, page, http.MethodGet).Header.Get("Content-Security-Policy"); got != "default-src 'self'" {
		t.Errorf("a page's own policy became %q", got)
	}
}
