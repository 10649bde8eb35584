package transport_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"atelier/graph/transport"
)

const (
	graphQL  = "application/graphql-response+json"
	plain    = "application/json"
	typename = `{"query":"{__typename}"}`
)

// TestStatuses: under application/json a well-formed request is 200 even where it is refused; under the other type it is 400.
func TestStatuses(t *testing.T) {
	handler := newHandler(transport.Settings{})
	for _, one := range []struct {
		name, body         string
		ofGraphQL, ofPlain int
		code               string
	}{
		{"an answer", typename, 200, 200, ""},
		{"an error of a field", `{"query":"{node(id:\"x\"){id}}"}`, 200, 200, "INVALID_ID"},
		{"no document", `{"query":"}"}`, 400, 200, "GRAPHQL_PARSE_FAILED"},
		{"an invalid document", `{"query":"{x}"}`, 400, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"no such operation", `{"query":"query A{__typename}","operationName":"B"}`, 400, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"variables that do not fit", `{"query":"query($n:Int){users(first:$n){nodes{id}}}","variables":{"n":"x"}}`, 400, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"beyond a limit", `{"query":"{` + strings.Repeat("__typename ", 21) + `}"}`, 400, 200, "TOO_MANY_ROOT_FIELDS"},
		{"too expensive", `{"query":"{users(first:100){nodes{tasks(first:100){nodes{id}}}}}"}`, 400, 200, "COST_EXCEEDED"},
		{"too many values", `{"query":"{__typename}","variables":{"v":[` + strings.Repeat("1,", 6000) + `1]}}`, 400, 200, "TOO_MANY_VALUES"},
		{"too many values, cut off", `{"query":"{__typename}","variables":{"v":[` + strings.Repeat("1,", 6000), 400, 400, "TOO_MANY_VALUES"},
		{"no JSON", `{"query"`, 400, 400, "BAD_REQUEST"},
		{"no query", `{}`, 400, 400, "BAD_REQUEST"},
		{"no string", `{"query":{}}`, 400, 400, "BAD_REQUEST"},
		{"batching", `[` + typename + `]`, 400, 400, "BAD_REQUEST"},
		{"too large", `{"query":"` + strings.Repeat("x", 1<<20) + `"}`, 413, 413, "BODY_TOO_LARGE"},
	} {
		for accept, status := range map[string]int{graphQL: one.ofGraphQL, plain: one.ofPlain} {
			got := post(t, handler, one.body, "Accept", accept)
			if got.status != status || got.code() != one.code {
				t.Errorf("%s as %s: %d %s, want %d %s", one.name, accept, got.status, got.code(), status, one.code)
			}
			if contentType := got.header.Get("Content-Type"); contentType != accept+"; charset=utf-8" {
				t.Errorf("%s as %s is answered with %s", one.name, accept, contentType)
			}
			if isRefused := one.code != "" && one.code != "INVALID_ID"; isRefused == (got.Data != nil) {
				t.Errorf("%s as %s: %s", one.name, accept, got.body)
			}
		}
	}
}

func TestBodyIsBoundedToTheByte(t *testing.T) {
	const most = 1000
	handler := newHandler(transport.Settings{MaxBody: most})
	fill := func(n int) string { return `{"query":"{__typename}","x":"` + strings.Repeat("x", n-31) + `"}` }
	for n, status := range map[int]int{most: 200, most + 1: 413} {
		if got := post(t, handler, fill(n)); got.status != status {
			t.Errorf("%d bytes: %d, want %d", len(fill(n)), got.status, status)
		}
		request := newPost(t.Context(), fill(n))
		request.ContentLength = -1 // Chunked.
		if got := serve(t, handler, request); got.status != status {
			t.Errorf("%d bytes in chunks: %d, want %d", n, got.status, status)
		}
	}
	if got := get(t, handler, "query=%7B__typename%7D&x="+strings.Repeat("x", most)); got.code() != "BODY_TOO_LARGE" {
		t.Errorf("a long query string: %s", got.body)
	}
}

func TestMediaTypesOfRequests(t *testing.T) {
	handler := newHandler(transport.Settings{})
	for contentType, status := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "application/JSON;charset=UTF-8": 200, `application/json; charset="utf-8"`: 200,
		"application/json; charset=iso-8859-1": 415, "application/graphql": 415, "text/plain": 415, "text/plain; application/json": 415,
		"application/x-www-form-urlencoded": 415, "multipart/form-data; boundary=x": 415, "application/json;": 200, "application/json, text/plain": 415, "": 415,
	} {
		request := newPost(t.Context(), typename)
		request.Header.Set("Content-Type", contentType)
		if got := serve(t, handler, request); got.status != status {
			t.Errorf("%q: %d, want %d", contentType, got.status, status)
		}
	}
}

func TestNegotiation(t *testing.T) {
	handler := newHandler(transport.Settings{})
	for _, one := range []struct{ accept, want string }{
		{"", plain}, {"*/*", plain}, {"application/*", plain}, {plain, plain}, {graphQL, graphQL}, {"APPLICATION/Graphql-Response+JSON", graphQL},
		{graphQL + ", " + plain, graphQL}, {plain + ", " + graphQL, graphQL}, {plain + ";q=0.9, " + graphQL, graphQL}, {plain + ", " + graphQL + ";q=0.9", plain},
		{graphQL + ";q=0, */*", plain}, {plain + ";q=0, */*", graphQL}, {"text/html, */*;q=0.1", plain}, {graphQL + ", */*;q=0.1", graphQL},
		{graphQL + ";q=0.5, application/*;q=0.8", plain}, {plain + "; charset=utf-8", plain}, {graphQL + ";charset=UTF-8", graphQL}, {graphQL + "; charset=utf-16, " + plain + ";q=0.1", plain},
		{"text/html", ""}, {plain + ";q=0", ""}, {"*/*;q=0", ""}, {plain + ";q=2", ""}, {plain + ";q=x", ""}, {plain + "; charset=latin1", ""}, {"application", ""}, {",", ""},
		{"text/html|" + graphQL, graphQL}, {plain + ";q=0.2|" + graphQL + ";q=0.1", plain}, // Several headers.
		{strings.Repeat("a/b,", 200) + plain, ""}, // Who sends that many is not read to the end.
	} {
		request := newPost(t.Context(), typename)
		for accept := range strings.SplitSeq(one.accept, "|") {
			if accept != "" {
				request.Header.Add("Accept", accept)
			}
		}
		got := serve(t, handler, request)
		if one.want == "" && (got.status != 406 || got.code() != "NOT_ACCEPTABLE") || one.want != "" && got.header.Get("Content-Type") != one.want+"; charset=utf-8" {
			t.Errorf("%q: %d as %s, want %q", one.accept, got.status, got.header.Get("Content-Type"), one.want)
		}
		if !strings.HasPrefix(got.header.Get("Vary"), "Accept, ") {
			t.Errorf("%q: Vary is %q", one.accept, got.header.Get("Vary"))
		}
	}
}

func TestGet(t *testing.T) {
	handler := newHandler(transport.Settings{})
	for _, one := range []struct {
		query  map[string]string
		status int
		code   string
	}{
		{map[string]string{"query": "{__typename}"}, 200, ""},
		{map[string]string{"query": "query A{__typename} query B{viewer{id}}", "operationName": "A"}, 200, ""},
		{map[string]string{"query": "{__typename}", "operationName": "", "variables": "", "extensions": ""}, 200, ""},
		{map[string]string{"query": "query($b:Boolean!){__typename @skip(if:$b)}", "variables": `{"b":false}`}, 200, ""},
		{map[string]string{"query": "{__typename}", "variables": "null", "extensions": `{"x":[1]}`}, 200, ""},
		{map[string]string{"query": "{__typename}", "unknown": "x"}, 200, ""},
		{map[string]string{"query": "{__typename}", "variables": "[]"}, 400, "BAD_REQUEST"},
		{map[string]string{"query": "{__typename}", "variables": "{"}, 400, "BAD_REQUEST"},
		{map[string]string{"query": "{__typename}", "variables": "{}{}"}, 400, "BAD_REQUEST"},
		{map[string]string{"query": "{__typename}", "extensions": "1"}, 400, "BAD_REQUEST"},
		{map[string]string{"query": "{__typename}", "variables": `{"a":"` + "\xff" + `"}`}, 400, "BAD_REQUEST"},
		{map[string]string{"query": "{__typename} #\xff"}, 400, "BAD_REQUEST"},
		{map[string]string{"query": ""}, 400, "BAD_REQUEST"},
		{nil, 400, "BAD_REQUEST"},
		{map[string]string{"query": "mutation{__typename}"}, 405, "METHOD_NOT_ALLOWED"},
		{map[string]string{"query": "query A{__typename} mutation B{__typename}", "operationName": "B"}, 405, "METHOD_NOT_ALLOWED"},
	} {
		values := url.Values{}
		for name, value := range one.query {
			values.Set(name, value)
		}
		got := get(t, handler, values.Encode())
		if got.status != one.status || got.code() != one.code {
			t.Errorf("%v: %d %s, want %d %s", one.query, got.status, got.code(), one.status, one.code)
		}
		if got.status == http.StatusMethodNotAllowed && got.header.Get("Allow") != http.MethodPost {
			t.Errorf("%v: Allow is %q", one.query, got.header.Get("Allow"))
		}
	}
	for _, query := range []string{"query=a&query=b", "query=%7B__typename%7D&variables=%7B%7D&variables=%7B%7D", "query=%zz", "a;b"} {
		if got := get(t, handler, query); got.code() != "BAD_REQUEST" {
			t.Errorf("%s: %s", query, got.body)
		}
	}
}

// TestHead answers as to GET, without the body.
func TestHead(t *testing.T) {
	handler := newHandler(transport.Settings{})
	for query, status := range map[string]int{"query=%7B__typename%7D": 200, "query=%7D": 200, "query=mutation%7B__typename%7D": 405, "": 400} {
		want := get(t, handler, query)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/graphql?"+query, nil)
		got := serve(t, handler, request)
		if got.status != status || got.body != "" || got.header.Get("Content-Length") != want.header.Get("Content-Length") {
			t.Errorf("%q: %d with %q and %v", query, got.status, got.body, got.header)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	handler := newHandler(transport.Settings{})
	for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "QUERY"} {
		got := serve(t, handler, httptest.NewRequestWithContext(t.Context(), method, "/graphql", strings.NewReader(typename)))
		if got.status != 405 || got.header.Get("Allow") != "GET, HEAD, POST" || got.code() != "METHOD_NOT_ALLOWED" {
			t.Errorf("%s: %d %v", method, got.status, got.header)
		}
	}
}

// TestOrigins: what a browser sends for a page of another site is refused, unless its origin is let in.
func TestOrigins(t *testing.T) {
	for _, one := range []struct {
		origins      []string
		origin, site string
		isRefused    bool
	}{
		{nil, "", "", false}, {nil, "", "same-origin", false}, {nil, "", "none", false}, {nil, "", "cross-site", true}, {nil, "", "same-site", true}, {nil, "", "strange", true},
		{nil, "http://example.com", "", false}, {nil, "https://EXAMPLE.com", "same-origin", false}, {nil, "http://example.com:81", "same-site", true},
		{nil, "http://evil.example", "cross-site", true}, {nil, "null", "cross-site", true}, {nil, "null", "", true}, {nil, "://", "", true}, {nil, "http://example.com.evil.example", "", true},
		{[]string{"https://app.example"}, "https://app.example", "cross-site", false}, {[]string{"https://app.example"}, "https://APP.example", "", false},
		{[]string{"https://app.example"}, "http://app.example", "cross-site", true}, {[]string{"https://app.example"}, "https://app.example.evil", "cross-site", true},
		{[]string{"*"}, "https://anyone.example", "cross-site", false}, {[]string{"*"}, "", "cross-site", true},
	} {
		handler := newHandler(transport.Settings{Origins: one.origins})
		headers := []string{"Origin", one.origin, "Sec-Fetch-Site", one.site}
		for _, got := range []reply{post(t, handler, typename, headers...), get(t, handler, "query=%7B__typename%7D", headers...)} {
			if isRefused := got.status == 403 && got.code() == "CROSS_ORIGIN"; isRefused != one.isRefused || !isRefused && got.status != 200 {
				t.Errorf("%+v: %d %s", one, got.status, got.body)
			}
		}
	}
}
