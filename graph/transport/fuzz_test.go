package transport_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"atelier/graph/transport"
)

// FuzzHandler sends anything to the whole handler, as someone who is not signed in. It never panics; the answer is JSON, small
// where it refuses, and no fault of the server's.
func FuzzHandler(f *testing.F) {
	for _, h := range corpus(f) {
		if body := h.body(); len(body) <= 1<<14 {
			f.Add(http.MethodPost, plain, graphQL, "", body)
		}
	}
	f.Add(http.MethodGet, "", "*/*", "query="+url.QueryEscape("{__typename}"), []byte(nil))
	f.Add(http.MethodGet, "", "text/html, */*;q=0.1", "query=%7Bviewer%7Bid%7D%7D&variables=%7B%7D&extensions=%7B%7D", []byte(nil))
	f.Add(http.MethodHead, "", plain+";q=0.5", "query=a&query=b", []byte(nil))
	f.Add(http.MethodPut, "multipart/form-data; boundary=x", "", "", []byte("--x--"))
	f.Add(http.MethodPost, plain+"; charset=utf-8", "", "", []byte(persisted(f, "{__typename}", hashOf("{__typename}"))))
	handler := newHandler(transport.Settings{})
	f.Fuzz(func(t *testing.T, method, contentType, accept, query string, body []byte) {
		request := newFuzzed(t, method, query, body)
		request.Header.Set("Content-Type", contentType)
		if accept != "" {
			request.Header.Set("Accept", accept)
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if request.Method != http.MethodHead {
			checkFuzzed(t, recorder)
		}
	})
}

func newFuzzed(t *testing.T, method, query string, body []byte) *http.Request {
	if strings.ContainsAny(method, " \t\r\n") || method == "" { // No server reads such a request.
		method = http.MethodPost
	}
	return (&http.Request{
		Method: method, URL: &url.URL{Path: "/graphql", RawQuery: query}, Header: http.Header{}, Host: "example.com",
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}).WithContext(t.Context())
}

func checkFuzzed(t *testing.T, recorder *httptest.ResponseRecorder) {
	var got struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
		Data json.RawMessage
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &got); err != nil {
		t.Fatalf("%v: %.300s", err, recorder.Body)
	}
	if recorder.Code >= http.StatusInternalServerError {
		t.Errorf("status %d: %.300s", recorder.Code, recorder.Body)
	}
	if got.Data == nil && (recorder.Body.Len() > maxRefusal || len(got.Errors) > maxRefused || len(got.Errors) == 0) {
		t.Errorf("a refusal of %d bytes with %d errors", recorder.Body.Len(), len(got.Errors))
	}
	for _, e := range got.Errors {
		if e.Extensions.Code == "" || e.Extensions.Code == "INTERNAL" || len(e.Message) > maxTold {
			t.Errorf("%.400s", recorder.Body)
		}
	}
}
