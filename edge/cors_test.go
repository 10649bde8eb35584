package edge_test

import (
	"net/http"
	"testing"

	"atelier/edge"
)

const app = "https://app.example"

// preflight asks as a browser does before it sends a request for a page.
func preflight(t *testing.T, origins []string, origin, method, headers string) (response *http.Response, reached bool) {
	t.Helper()
	response = serve(t, edge.CORS(origins, "X-Atelier-Cost"), func(http.ResponseWriter, *http.Request) { reached = true }, http.MethodOptions,
		"Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers)
	return response, reached
}

func TestPreflight(t *testing.T) {
	for _, one := range []struct {
		origins                 []string
		origin, method, headers string
		isAllowed               bool
	}{
		{[]string{app}, app, "POST", "authorization,content-type", true},
		{[]string{app}, app, "GET", "x-request-id", true},
		{[]string{app}, app, "POST", "x-atelier-cost", true},
		{[]string{"*"}, "https://anyone.example", "POST", "content-type", true},
		{[]string{app}, "https://evil.example", "POST", "content-type", false},
		{[]string{app}, "http://app.example", "POST", "content-type", false},
		{[]string{app}, "null", "POST", "content-type", false},
		{[]string{app}, app, "DELETE", "", false},
		{[]string{app}, app, "POST", "x-other", false},
	} {
		response, reached := preflight(t, one.origins, one.origin, one.method, one.headers)
		if isAllowed := response.Header.Get("Access-Control-Allow-Origin") != ""; isAllowed != one.isAllowed || reached {
			t.Errorf("%+v: %v, reached the API: %v", one, response.Header, reached)
		}
		if response.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%+v: credentials are let in", one)
		}
	}
}

func TestCORSOfAnswers(t *testing.T) {
	response := serve(t, edge.CORS([]string{app}), nothing, http.MethodPost, "Origin", app)
	if response.Header.Get("Access-Control-Allow-Origin") != app || response.Header.Get("Access-Control-Expose-Headers") == "" || response.Header.Get("Vary") != "Origin" {
		t.Errorf("%v", response.Header)
	}
	response = serve(t, edge.CORS([]string{app}), nothing, http.MethodPost, "Origin", "https://evil.example")
	if response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%v", response.Header)
	}
}

// TestNoCORSByDefault: without a setting, an OPTIONS request is one like any other.
func TestNoCORSByDefault(t *testing.T) {
	response, reached := preflight(t, nil, app, "POST", "content-type")
	if !reached || response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("reached the API: %v, %v", reached, response.Header)
	}
}
