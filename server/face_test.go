package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/graph/transport"
	"atelier/metrics"
)

func TestClientNetwork(t *testing.T) {
	t.Parallel()
	proxies := networks([]string{"10.0.0.0/8", "fd00::/8"})
	for _, test := range []struct{ peer, forwarded, want string }{
		{"192.0.2.7:1234", "", "192.0.2.7"},
		{"192.0.2.7:1234", "198.51.100.1", "192.0.2.7"}, // Nobody's proxy: it is not believed.
		{"10.1.1.1:1234", "198.51.100.1", "198.51.100.1"},
		{"10.1.1.1:1234", "203.0.113.9, 198.51.100.1, 10.2.2.2", "198.51.100.1"}, // The first may be invented.
		{"10.1.1.1:1234", "10.3.3.3, 10.2.2.2", "10.3.3.3"},
		{"10.1.1.1:1234", "nonsense", "10.1.1.1"},
		{"[2001:db8:1:2:3:4:5:6]:1234", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.7]:1234", "", "192.0.2.7"},
		{"[fd00::1]:1234", "2001:db8:9:9::1", "2001:db8:9:9::/64"},
		{"pipe", "", "unknown"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
		r.RemoteAddr = test.peer
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := clientNetwork(r, proxies); got != test.want {
			t.Errorf("%s for %q: got %s, want %s", test.peer, test.forwarded, got, test.want)
		}
	}
}

// ask sends a query with a header and returns the whole answer.
func ask(t *testing.T, s *Server, token, text string) (*http.Response, string) {
	t.Helper()
	document, err := json.Marshal(map[string]string{"query": text})
	must(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/graphql", bytes.NewReader(document))
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(transport.HeaderCost, "1")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response, string(body)
}

func TestPointsAreSpentAndComeBack(t *testing.T) {
	t.Parallel()
	c := settings(seeded(t))
	c.RatePoints, c.RateRefill = 60, 1
	s := start(t, c)
	user, admin := tokenOf(t, c, "demo-user"), tokenOf(t, c, "demo-admin")
	const wanted = `{ viewer { tasks(first: 50) { nodes { id } } } }` // 53 points, of which the few tasks there are take some.
	response, body := ask(t, s, user, wanted)
	if response.StatusCode != http.StatusOK || !strings.Contains(body, `"cost":{"requested":53`) || !strings.Contains(body, `"remaining":`) {
		t.Fatalf("the first: %d %s", response.StatusCode, body)
	}
	for response.StatusCode == http.StatusOK { // Each takes what it came to.
		response, body = ask(t, s, user, wanted)
	}
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" || !strings.Contains(body, "RATE_LIMITED") {
		t.Errorf("when the points are spent: %d %v %s", response.StatusCode, response.Header, body)
	}
	if response, body := ask(t, s, admin, wanted); response.StatusCode != http.StatusOK || !strings.Contains(body, `"atelier":{"statements":`) {
		t.Errorf("someone else: %d %s", response.StatusCode, body)
	}
	if response, body := ask(t, s, "", `{ viewer { id name } }`); response.StatusCode != http.StatusOK || !strings.Contains(body, `"remaining":6`) {
		t.Errorf("a caller without a token has a tenth: %d %s", response.StatusCode, body)
	}
}

func TestEveryAnswerHasSecurityHeadersAndAName(t *testing.T) {
	t.Parallel()
	s := start(t, settings(seeded(t)))
	for _, path := range []string{"/", "/graphql", "/healthz", "/nothing"} {
		response, err := http.Get(s.URL() + path)
		must(t, err)
		_ = response.Body.Close()
		for _, header := range []string{"X-Content-Type-Options", "Content-Security-Policy", "X-Request-Id"} {
			if response.Header.Get(header) == "" {
				t.Errorf("%s has no %s", path, header)
			}
		}
	}
}

// TestRefusalsBeforeTheAPI speak the client's type and say whether it is worth asking again, as those of the API do.
func TestRefusalsBeforeTheAPI(t *testing.T) {
	t.Parallel()
	s := &Server{metrics: metrics.New()}
	operations := s.metrics.Operations(nil)
	for code, handler := range map[string]http.Handler{
		"OVERLOADED": s.overloaded(operations), "REQUEST_TIMEOUT": s.tooSlow(operations), "UNAVAILABLE": http.HandlerFunc(answerStarting),
	} {
		for accept, want := range map[string]string{
			"": "application/json", "*/*": "application/json", "text/html": "application/json", "application/json": "application/json",
			"application/graphql-response+json; charset=utf-8, application/json;q=0.9": "application/graphql-response+json",
			"application/json, application/graphql-response+json;q=0.5":                "application/json",
		} {
			r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			if accept != "" {
				r.Header.Set("Accept", accept)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Type"); got != want+"; charset=utf-8" {
				t.Errorf("%s for %q: %s", code, accept, got)
			}
			if !strings.HasSuffix(w.Body.String(), `"extensions":{"code":"`+code+`","retryable":true}}]}`) {
				t.Errorf("%s: %s", code, w.Body)
			}
		}
	}
}

// TestTheDoorRefusesAsTheAPIDoes, and what it refuses is counted.
func TestTheDoorRefusesAsTheAPIDoes(t *testing.T) {
	t.Parallel()
	s := start(t, settings(seeded(t)))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/graphql?query={__typename}", nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer rubbish")
	r.Header.Set("Accept", "application/graphql-response+json")
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, errors.Join(err, response.Body.Close()))
	if response.StatusCode != http.StatusUnauthorized || response.Header.Get("Content-Type") != "application/graphql-response+json; charset=utf-8" ||
		!strings.Contains(string(body), `"code":"INVALID_TOKEN"}`) || response.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("%d %v %s", response.StatusCode, response.Header, body)
	}
	var told bytes.Buffer
	if s.metrics.Write(&told); !strings.Contains(told.String(), `graphql_errors_total{code="INVALID_TOKEN"} 1`) {
		t.Error("the refusal is not counted")
	}
}
