package web

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// get answers a request for target by a playground of o's.
func get(t *testing.T, o Options, method, target string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	maps.Copy(r.Header, header)
	w := httptest.NewRecorder()
	Playground(o).ServeHTTP(w, r)
	return w
}

const local = "http://127.0.0.1:8080/"

var configElement = regexp.MustCompile(`(?s)<script type="application/json" id="atelier-config">(.*?)</script>`)

// configOf returns what the page is told, as a browser reads it: up to the first end of the script element.
func configOf(t *testing.T, w *httptest.ResponseRecorder) pageConfig {
	t.Helper()
	found := configElement.FindStringSubmatch(w.Body.String())
	if found == nil {
		t.Fatalf("no config in the page:\n%s", w.Body)
	}
	var config pageConfig
	if err := json.Unmarshal([]byte(found[1]), &config); err != nil {
		t.Fatalf("read the config %s: %v", found[1], err)
	}
	return config
}

func TestPageTellsWhatItIsGiven(t *testing.T) {
	config := configOf(t, get(t, Options{}, "GET", local, nil))
	if config.Endpoint != "/graphql" || config.DemoToken != "" {
		t.Errorf("told %+v without options, want the default endpoint and no token", config)
	}
	config = configOf(t, get(t, Options{Endpoint: "/api", DemoToken: "a.b.c"}, "GET", local, nil))
	if config.Endpoint != "/api" || config.DemoToken != "a.b.c" {
		t.Errorf("told %+v", config)
	}
}

func TestPageWithoutTokenDoesNotNameOne(t *testing.T) {
	if body := get(t, Options{}, "GET", local, nil).Body.String(); strings.Contains(body, "demoToken") {
		t.Errorf("the page names a token:\n%s", body)
	}
}

func TestTokenCannotEndItsElement(t *testing.T) {
	for _, token := range []string{`</script><script>alert(1)</script>`, `<!--<script>`, `"}]]>&amp;`, "a\u2028b'\\"} {
		w := get(t, Options{DemoToken: token}, "GET", local, nil)
		if got := configOf(t, w).DemoToken; got != token {
			t.Errorf("told %q, want %q", got, token)
		}
		if n := strings.Count(w.Body.String(), "<script"); n != strings.Count(indexHTML, "<script") {
			t.Errorf("%q made another script element:\n%s", token, w.Body)
		}
	}
}

func TestTokenIsForOwnNamesOnly(t *testing.T) {
	for host, told := range map[string]bool{
		"127.0.0.1:8080": true, "127.0.0.1": true, "[::1]:8080": true, "[::1]": true, "192.168.1.7:80": true,
		"localhost": true, "LocalHost:8080": true,
		"evil.example:8080": false, "localhost.evil.example": false, "127.0.0.1.evil.example": false, "": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		Playground(Options{DemoToken: "secret"}).ServeHTTP(w, r)
		if got := strings.Contains(w.Body.String(), "secret"); got != told {
			t.Errorf("%q is told the token: %t, want %t", host, got, told)
		}
	}
}

func TestTokenIsNotForScriptsOfOtherOrigins(t *testing.T) {
	w := get(t, Options{DemoToken: "secret"}, "GET", local, http.Header{"Origin": {"https://evil.example"}})
	if strings.Contains(w.Body.String(), "secret") {
		t.Error("a script of another origin is told the token")
	}
}

func TestPageHeaders(t *testing.T) {
	w := get(t, Options{DemoToken: "a.b.c"}, "GET", local, nil)
	checkHeaders(t, w, map[string]string{
		"Content-Type":                 "text/html; charset=utf-8",
		"Cache-Control":                "no-store",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Content-Security-Policy":      pagePolicy(configOf(t, w).StyleNonce),
	})
}

func TestPolicyLetsNothingElseIn(t *testing.T) {
	policy := pagePolicy("N")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self';", "connect-src 'self';", "worker-src 'self';", "frame-ancestors 'none'",
	} {
		if !strings.Contains(policy+";", want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	for _, hole := range []string{"unsafe-eval", "http:", "https:", "blob:", "*"} {
		if strings.Contains(policy, hole) {
			t.Errorf("the policy lets in %s: %s", hole, policy)
		}
	}
}

func TestEveryPageHasItsOwnNonce(t *testing.T) {
	first := configOf(t, get(t, Options{}, "GET", local, nil)).StyleNonce
	second := configOf(t, get(t, Options{}, "GET", local, nil)).StyleNonce
	if first == second || len(first) < 22 {
		t.Errorf("the nonces are %q and %q, want two of 128 bits", first, second)
	}
}

func TestPlaygroundServesNothingElse(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 200},
		{"HEAD", "/", 200},
		{"POST", "/", 405},
		{"DELETE", "/assets/" + anAsset(t, ".js"), 405},
		{"GET", "/index.html", 404},
		{"GET", "/favicon.ico", 404},
		{"GET", "/assets/", 404},
		{"GET", "/assets/missing-abcdefgh.js", 404},
		{"GET", "/assets/..%2findex.html", 404},
		{"GET", "/dist/index.html", 404},
		{"GET", "/graphql", 404},
	} {
		w := get(t, Options{DemoToken: "a.b.c"}, c.method, c.path, nil)
		if w.Code != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.status)
		}
		checkHeaders(t, w, map[string]string{"X-Content-Type-Options": "nosniff"})
		if w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s: no policy", c.method, c.path)
		}
	}
}

func checkHeaders(t *testing.T, w *httptest.ResponseRecorder, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := w.Header().Get(name); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
}
