package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/config"
	"atelier/graph"
	"atelier/graph/transport"
	"atelier/resolvers"
)

// TestEveryLimitIsASetting makes each as small as this query: it runs; with one less, it is refused with the limit's own code.
func TestEveryLimitIsASetting(t *testing.T) {
	t.Parallel()
	const body = `{"query":"query($ids: [ID!]! = [\"a\"] $id: ID = \"b\") { __typename @skip(if: false) a: nodes(ids: $ids) { ...F } ` +
		`b: nodes(ids: [$id, \"c\"]) { id @include(if: true) } __type(name: \"Query\") { kind } } fragment F on Node { id __typename }",` +
		`"variables":{"x":{"y":[1,2,3]}}}`
	codes := map[string]bool{}
	for _, one := range []struct {
		name string
		of   func(*config.Config) *int
		most int
		code string
	}{
		{"MAX_BODY", func(c *config.Config) *int { return &c.MaxBody }, len(body), "BODY_TOO_LARGE"},
		{"MAX_TOKENS", func(c *config.Config) *int { return &c.MaxTokens }, 83, "TOO_MANY_TOKENS"},
		{"MAX_DEPTH", func(c *config.Config) *int { return &c.MaxDepth }, 2, "TOO_DEEP"},
		{"MAX_FIELDS", func(c *config.Config) *int { return &c.MaxFields }, 6, "TOO_MANY_FIELDS"},
		{"MAX_ALIASES", func(c *config.Config) *int { return &c.MaxAliases }, 2, "TOO_MANY_ALIASES"},
		{"MAX_ROOT_FIELDS", func(c *config.Config) *int { return &c.MaxRootFields }, 4, "TOO_MANY_ROOT_FIELDS"},
		{"MAX_DIRECTIVES", func(c *config.Config) *int { return &c.MaxDirectives }, 2, "TOO_MANY_DIRECTIVES"},
		{"MAX_FRAGMENTS", func(c *config.Config) *int { return &c.MaxFragments }, 1, "TOO_MANY_FRAGMENTS"},
		{"MAX_VARIABLES", func(c *config.Config) *int { return &c.MaxVariables }, 2, "TOO_MANY_VARIABLES"},
		{"MAX_VALUES", func(c *config.Config) *int { return &c.MaxValues }, 10, "TOO_MANY_VALUES"},
		{"MAX_LIST_ITEMS", func(c *config.Config) *int { return &c.MaxListItems }, 3, "LIST_TOO_LONG"},
		{"MAX_VALUE_DEPTH", func(c *config.Config) *int { return &c.MaxValueDepth }, 2, "VALUES_TOO_DEEP"},
		{"MAX_INTROSPECTION", func(c *config.Config) *int { return &c.MaxIntrospection }, 2, "INTROSPECTION_LIMIT"},
		{"MAX_INTROSPECTED", func(c *config.Config) *int { return &c.MaxIntrospected }, 2, "INTROSPECTION_TOO_LARGE"},
		{"MAX_NODES", func(c *config.Config) *int { return &c.MaxNodes }, 3, "TOO_MANY_NODES"},
		{"MAX_ANSWERED", func(c *config.Config) *int { return &c.MaxAnswered }, 11, "TOO_MANY_ANSWERED"},
		{"MAX_COST", func(c *config.Config) *int { return &c.MaxCost }, 3, "COST_EXCEEDED"},
	} {
		c := config.Default()
		*one.of(&c) = one.most
		if code := codeUnder(t, c, body); code != "" && code != "INVALID_ID" {
			t.Errorf("%s=%d: %s", one.name, one.most, code)
		}
		*one.of(&c) = one.most - 1
		if code := codeUnder(t, c, body); code != one.code || codes[code] {
			t.Errorf("%s=%d: %s, want %s, which is its own", one.name, one.most-1, code, one.code)
		}
		codes[one.code] = true
	}
}

// codeUnder sends a body to a handler with these settings, over no database.
func codeUnder(t *testing.T, c config.Config, body string) string {
	t.Helper()
	s := &Server{config: c}
	root := resolvers.New(nil)
	settings := transport.Settings{Limits: s.limits(), MaxBody: int64(c.MaxBody)}
	handler := graph.NewHandler(graph.Options{Resolvers: root, Prepare: root.Prepare, Transport: settings})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	var got struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	must(t, json.Unmarshal(recorder.Body.Bytes(), &got))
	if len(got.Errors) == 0 {
		return ""
	}
	return got.Errors[0].Extensions.Code
}
