package transport_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"atelier/graph/transport"
)

func hashOf(query string) string {
	sum := sha256.Sum256([]byte(query))
	return hex.EncodeToString(sum[:])
}

// persisted is a body with a hash, and a query unless it is "".
func persisted(t testing.TB, query, hash string) string {
	t.Helper()
	request := map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}}
	if query != "" {
		request["query"] = query
	}
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPersistedQueries(t *testing.T) {
	handler := newHandler(transport.Settings{})
	const query = "query Known{__typename}"
	for accept, status := range map[string]int{graphQL: 400, plain: 200} {
		got := post(t, handler, persisted(t, "", hashOf(query)), "Accept", accept)
		if got.status != status || got.code() != "PERSISTED_QUERY_NOT_FOUND" || got.Errors[0].Message != "PersistedQueryNotFound" || got.Data != nil {
			t.Errorf("an unknown hash as %s: %d %s", accept, got.status, got.body)
		}
	}
	if got := post(t, handler, persisted(t, query, hashOf(query))); got.code() != "" || got.Data == nil {
		t.Errorf("a hash with its query: %s", got.body)
	}
	if got := post(t, handler, persisted(t, "", hashOf(query))); got.code() != "" || got.Data == nil {
		t.Errorf("the hash alone: %s", got.body)
	}
	extensions := url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"` + hashOf(query) + `"}}`)
	if got := get(t, handler, "extensions="+extensions); got.code() != "" || got.Data == nil {
		t.Errorf("the hash alone, with GET: %s", got.body)
	}
}

func TestPersistedQueriesThatAreRefused(t *testing.T) {
	handler := newHandler(transport.Settings{})
	query := "{__typename}"
	for name, one := range map[string]struct{ body, code string }{
		"the hash of something else": {persisted(t, query, hashOf("x")), "BAD_REQUEST"},
		"a hash in capitals":         {persisted(t, query, strings.ToUpper(hashOf(query))), "BAD_REQUEST"},
		"a hash that is none":        {persisted(t, "", "x"), "PERSISTED_QUERY_NOT_SUPPORTED"},
		"no hash":                    {`{"extensions":{"persistedQuery":{"version":1}}}`, "PERSISTED_QUERY_NOT_SUPPORTED"},
		"no version":                 {`{"extensions":{"persistedQuery":{"sha256Hash":"` + hashOf(query) + `"}}}`, "PERSISTED_QUERY_NOT_SUPPORTED"},
		"another version":            {`{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"` + hashOf(query) + `"}}}`, "PERSISTED_QUERY_NOT_SUPPORTED"},
		"no object":                  {`{"extensions":{"persistedQuery":"` + hashOf(query) + `"}}`, "PERSISTED_QUERY_NOT_SUPPORTED"},
		"null":                       {`{"extensions":{"persistedQuery":null}}`, "BAD_REQUEST"},
	} {
		if got := post(t, handler, one.body); got.code() != one.code || got.status != 400 {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.body, one.code)
		}
	}
}

// TestOnlyValidQueriesPersist: what was refused is not known by its hash afterwards.
func TestOnlyValidQueriesPersist(t *testing.T) {
	handler := newHandler(transport.Settings{})
	for _, query := range []string{"{", "{x}", "{" + strings.Repeat("__typename ", 21) + "}", "{...F} fragment F on Query{...F}"} {
		if got := post(t, handler, persisted(t, query, hashOf(query))); got.code() == "" {
			t.Fatalf("%.50s is valid", query)
		}
		if got := post(t, handler, persisted(t, "", hashOf(query))); got.code() != "PERSISTED_QUERY_NOT_FOUND" {
			t.Errorf("%.50s is known: %s", query, got.body)
		}
	}
}

// TestPersistedQueriesAreBounded sends many more queries than are kept: memory stays bounded, and the latest are known.
func TestPersistedQueriesAreBounded(t *testing.T) {
	handler := newHandler(transport.Settings{})
	query := func(i int) string { return fmt.Sprintf("query Q%d{__typename} #%s", i, strings.Repeat("x", 4000)) }
	const many = 8000 // 32 MB of text, as much again with the documents' own texts.
	before := heapInUse()
	for i := range many {
		post(t, handler, persisted(t, query(i), hashOf(query(i))))
	}
	if grown := heapInUse() - before; grown > 48<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if got := post(t, handler, persisted(t, "", hashOf(query(0)))); got.code() != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("the first is known: %s", got.body)
	}
	if got := post(t, handler, persisted(t, "", hashOf(query(many-1)))); got.code() != "" {
		t.Errorf("the last is not: %s", got.body)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
