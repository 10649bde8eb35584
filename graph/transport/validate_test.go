package transport_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"atelier/domain"
	"atelier/graph/transport"
)

// read sends a GET, or another method, as a user.
func (k *keeping) read(t *testing.T, method, viewer, query string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, "/graphql?"+query, nil)
	addHeaders(request, append(headers, "X-Test-Viewer", viewer))
	recorder := httptest.NewRecorder()
	k.ServeHTTP(recorder, request)
	return recorder
}

func TestValidators(t *testing.T) {
	k := newKeeping(t, nil)
	query := queryString(t, fifty)
	first := k.read(t, http.MethodGet, "u1", query)
	tag := first.Header().Get("Etag")
	if first.Code != 200 || len(tag) < 20 || !strings.HasPrefix(tag, `"`) || first.Header().Get("Cache-Control") != "private, max-age=60" {
		t.Fatalf("%d %v", first.Code, first.Header())
	}
	if vary := strings.Join(first.Header().Values("Vary"), ", "); !strings.Contains(vary, "Authorization") || !strings.Contains(vary, "Accept") {
		t.Errorf("Vary is %q", vary)
	}
	inner := strings.Trim(tag, `"`)
	for given, want := range map[string]int{
		tag: 304, "W/" + tag: 304, `"` + inner + `-gzip"`: 304, `W/"` + inner + `-zstd"`: 304, `"other", ` + tag: 304, "*": 304,
		`"other"`: 200, inner: 200, "": 200, `"` + inner + `-r"`: 200, `"` + inner: 200,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			got := k.read(t, method, "u1", query, "If-None-Match", given)
			if got.Code != want {
				t.Errorf("%s with %s: %d, want %d", method, given, got.Code, want)
			}
			if want == 304 && (got.Body.Len() > 0 || got.Header().Get("Etag") == "" || got.Header().Get("Cache-Control") == "" || got.Header().Get("Vary") == "" || got.Header().Get("Content-Type") != "") {
				t.Errorf("%s with %s: %v %s", method, given, got.Header(), got.Body)
			}
		}
	}
	if !k.last(t).IsKept {
		t.Error("what is asked for again is made again")
	}
}

func TestValidatorsOfOtherRepresentations(t *testing.T) {
	k := newKeeping(t, nil)
	query := queryString(t, fifty)
	plain := k.read(t, http.MethodGet, "u1", query).Header().Get("Etag")
	other := k.read(t, http.MethodGet, "u1", query, "Accept", graphQL)
	if tag := other.Header().Get("Etag"); tag == plain || tag == "" {
		t.Errorf("two types have one validator: %s", tag)
	}
	if got := k.read(t, http.MethodGet, "u1", query, "Accept", graphQL, "If-None-Match", plain); got.Code != 200 {
		t.Errorf("the validator of another type: %d", got.Code)
	}
	posted := post(t, k, fifty, "If-None-Match", plain, "X-Test-Viewer", "u1")
	if posted.status != 200 || posted.header.Get("Etag") != "" {
		t.Errorf("POST: %d %v", posted.status, posted.header)
	}
	k.change(domain.Change{Table: domain.TableUsers, IDs: []string{"u7"}, Owners: []string{"u7"}})
	if got := k.read(t, http.MethodGet, "u1", query, "If-None-Match", plain); got.Code != 304 || k.last(t).IsKept {
		t.Errorf("an answer that was made again and is the same: %d, kept %t", got.Code, k.last(t).IsKept)
	}
}

func TestHowLongOutside(t *testing.T) {
	k := newKeeping(t, nil)
	for _, one := range []struct{ viewer, query, want string }{
		{"u2", `{"query":"{viewer{name}}"}`, "private, max-age=60"},
		{"u2", `{"query":"{viewer{name tasks{nodes{status}}}}"}`, "private, no-cache"},
		{"u2", `{"query":"{viewer{credit}}"}`, "no-store"},
		{"u2", `{"query":"{nothing}"}`, "no-store"},
		{"u2", `{"query":"{users{nodes{id}}}"}`, "no-store"},
		{"", `{"query":"{__typename}"}`, "public, max-age=60"},
	} {
		for range 2 {
			if got := k.read(t, http.MethodGet, one.viewer, queryString(t, one.query)).Header().Get("Cache-Control"); got != one.want {
				t.Errorf("%q %s: %s, want %s", one.viewer, one.query, got, one.want)
			}
		}
	}
}

// TestValidatorsOutliveWhatIsKept: an answer that is made again and is the same has the same validator, on whichever replica.
func TestValidatorsOutliveWhatIsKept(t *testing.T) {
	k := newKeeping(t, nil)
	query := queryString(t, myself)
	tag := k.read(t, http.MethodGet, "u2", query).Header().Get("Etag")
	k.Changed(domain.ChangeBatch{AsOf: time.Now(), IsGap: true})
	if got := k.read(t, http.MethodGet, "u2", query, "If-None-Match", tag); got.Code != 304 || k.last(t).IsKept {
		t.Errorf("%d, kept %t", got.Code, k.last(t).IsKept)
	}
}

func TestPersistedQueriesByGet(t *testing.T) {
	k := newKeeping(t, nil)
	const text = "{viewer{id name}}"
	post(t, k, persisted(t, text, hashOf(text)), "X-Test-Viewer", "u2")
	query := queryString(t, persisted(t, "", hashOf(text)))
	first := k.read(t, http.MethodGet, "u2", query)
	if first.Code != 200 || !k.last(t).IsKept || first.Header().Get("Cache-Control") != "private, max-age=60" {
		t.Errorf("%d, kept %t, %v", first.Code, k.last(t).IsKept, first.Header())
	}
	if got := k.read(t, http.MethodGet, "u2", query, "If-None-Match", first.Header().Get("Etag")); got.Code != 304 {
		t.Errorf("again: %d", got.Code)
	}
}

// TestPackedAnswers: what is given again is compressed once, for those who read that.
func TestPackedAnswers(t *testing.T) {
	packings := 0
	k := newKeeping(t, nil, func(s *transport.Settings) {
		s.Pack = func(body []byte) []byte { packings++; return append([]byte("packed "), body[:10]...) }
	})
	query := queryString(t, fifty)
	for _, one := range []struct {
		accept   string
		isPacked bool
	}{
		{"gzip", false}, // It is made: whoever compresses answers that are given once does so.
		{"gzip", true}, {"br, gzip;q=0.5", true}, {"GZIP; q=1", true}, {"gzip;q=0", false}, {"", false}, {"zstd, br", false}, {"gzip", true},
	} {
		got := k.read(t, http.MethodGet, "u1", query, "Accept-Encoding", one.accept)
		isPacked := strings.HasPrefix(got.Body.String(), "packed ")
		if isPacked != one.isPacked || (got.Header().Get("Content-Encoding") == "gzip") != one.isPacked {
			t.Errorf("%q: packed %t, %v", one.accept, isPacked, got.Header())
		}
		if tag := got.Header().Get("Etag"); strings.HasSuffix(tag, `-gzip"`) != one.isPacked {
			t.Errorf("%q: the validator is %s", one.accept, tag)
		}
		if got.Header().Get("Content-Length") != strconv.Itoa(got.Body.Len()) {
			t.Errorf("%q: a length of %s for %d bytes", one.accept, got.Header().Get("Content-Length"), got.Body.Len())
		}
	}
	if packings != 1 {
		t.Errorf("packed %d times", packings)
	}
}
