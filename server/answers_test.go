package server

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"atelier/config"
	"atelier/graph/transport"
	"atelier/relay"
)

// read sends a query by GET, with headers besides.
func read(t *testing.T, s *Server, token, text string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/graphql?"+url.Values{"query": {text}}.Encode(), nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	body := response.Body
	if response.Header.Get("Content-Encoding") == "gzip" {
		body, err = gzip.NewReader(body)
		must(t, err)
	}
	plain, err := io.ReadAll(body)
	must(t, err)
	return response, string(plain)
}

// everyone asks for enough to be compressed.
const everyone = `{ users(first: 50) { nodes { ...all } } again: users(last: 50) { nodes { ...all } } } fragment all on User { id name email role createdAt profileImageUrl }`

// TestKeptAnswersFollowTheDatabase keeps answers on two replicas, and changes what they are made of behind both their backs.
func TestKeptAnswersFollowTheDatabase(t *testing.T) {
	t.Parallel()
	c := settings(seeded(t))
	replicas := []*Server{start(t, c), start(t, c)}
	admin := tokenOf(t, c, "demo-admin")
	isKept := func(s *Server) bool {
		_, body := read(t, s, admin, everyone, transport.HeaderCache, "1")
		return strings.Contains(body, `"cache":{"answer":{"from":"memory"`)
	}
	for _, name := range []string{"Changed by SQL", "And again"} {
		for _, s := range replicas {
			eventually(t, "an answer is kept", func() bool { return isKept(s) })
		}
		_, err := replicas[0].store.DB().ExecContext(t.Context(), `UPDATE users SET name = $1 WHERE id = 'demo-user'`, name)
		must(t, err)
		for _, s := range replicas {
			eventually(t, "the change is seen", func() bool {
				_, body := read(t, s, admin, everyone)
				return strings.Contains(body, name)
			})
		}
	}
	one := `{ user(id: "` + relay.ID{Type: "User", Key: "demo-user"}.Encode() + `") { name } }`
	if _, body := read(t, replicas[0], admin, one, transport.HeaderCache, "1"); !strings.Contains(body, `"values":{"user_info":{"`) {
		t.Errorf("nothing is told of values: %s", body)
	}
	if _, body := get(t, replicas[0].URL()+"/metrics"); !strings.Contains(body, `answer_cache_requests_total{result="hit",reason=""}`) ||
		!strings.Contains(body, `cache_requests_total{tier="local",entry="answer",result="hit"}`) ||
		!strings.Contains(body, "answer_cache_bytes ") || !strings.Contains(body, `answer_cache_dropped_total{reason="changed"}`) {
		t.Errorf("the metrics do not tell of kept answers")
	}
}

// TestValidatorsThroughCompression: what a client got compressed it need not fetch again either.
func TestValidatorsThroughCompression(t *testing.T) {
	t.Parallel()
	c := settings(seeded(t))
	s := start(t, c)
	admin := tokenOf(t, c, "demo-admin")
	plain, want := read(t, s, admin, everyone)
	packed, got := read(t, s, admin, everyone, "Accept-Encoding", "gzip")
	if packed.Header.Get("Content-Encoding") != "gzip" || got != want {
		t.Fatalf("%v: %.200s", packed.Header, got)
	}
	tags := []string{plain.Header.Get("Etag"), packed.Header.Get("Etag")}
	if tags[0] == tags[1] || !strings.HasSuffix(tags[1], `-gzip"`) {
		t.Errorf("the validators are %v", tags)
	}
	for i, tag := range tags {
		response, body := read(t, s, admin, everyone, "Accept-Encoding", []string{"identity", "gzip"}[i], "If-None-Match", tag)
		if response.StatusCode != http.StatusNotModified || body != "" || response.Header.Get("Etag") != tag {
			t.Errorf("%s: %d %v", tag, response.StatusCode, response.Header)
		}
		if vary := strings.Join(response.Header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Encoding") || !strings.Contains(vary, "Authorization") {
			t.Errorf("%s: Vary is %s", tag, vary)
		}
	}
}

func TestNothingIsKeptWithoutRoomOrFeed(t *testing.T) {
	t.Parallel()
	url := seeded(t)
	small, without, deaf := settings(url), settings(url), settings(url)
	small.AnswerCacheBytes, without.Cache, deaf.ChangeFeed = 0, "off", "off"
	for _, one := range []struct {
		why string
		config.Config
	}{{"off", small}, {"off", without}, {"deaf", deaf}} {
		s, why := start(t, one.Config), one.why
		for range 3 {
			if _, body := read(t, s, tokenOf(t, small, "demo-admin"), everyone, transport.HeaderCache, "1"); !strings.Contains(body, `"notKept":"`+why+`"`) {
				t.Errorf("%s: %s", why, body[max(len(body)-200, 0):])
			}
		}
	}
}
