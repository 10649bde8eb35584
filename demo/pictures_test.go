package demo_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"atelier/demo"
)

func ask(method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	demo.Pictures().ServeHTTP(w, r)
	return w
}

func TestPicturesAreSmallAndStay(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/midjourney/0123456789abcdef-16x9.svg",
		"/flux/ffffffffffffffff-1x1.svg",
		"/dreamwork/0000000000000000-9x16.svg",
		"/uploads/0123456789abcdef-3x2.svg",
		"/avatars/00000000deadbeef-1x1.svg",
	} {
		first, second := ask(http.MethodGet, path), ask(http.MethodGet, path)
		if first.Code != http.StatusOK || first.Header().Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%s: %d, %v", path, first.Code, first.Header())
		}
		body := first.Body.String()
		if body != second.Body.String() {
			t.Errorf("%s is another picture the second time", path)
		}
		if len(body) > 10_000 {
			t.Errorf("%s has %d bytes", path, len(body))
		}
		checkHarmless(t, path, body)
	}
}

// checkHarmless reads the SVG to its end, and finds nothing in it that runs or loads.
func checkHarmless(t *testing.T, path, svg string) {
	t.Helper()
	allowed := "svg defs linearGradient stop rect circle path"
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		if e, ok := token.(xml.StartElement); ok && !strings.Contains(allowed, e.Name.Local) {
			t.Errorf("%s holds a %s", path, e.Name.Local)
		}
	}
}

func TestPicturesDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, path := range []string{
		"/cloud/0000000000000001-1x1.svg", "/cloud/0000000000000002-1x1.svg", "/cloud/0000000000000001-4x3.svg", "/avatars/0000000000000001-1x1.svg",
	} {
		body := ask(http.MethodGet, path).Body.String()
		if other, ok := seen[body]; ok {
			t.Errorf("%s is the same picture as %s", path, other)
		}
		seen[body] = path
	}
}

func TestPicturesMayBeKept(t *testing.T) {
	t.Parallel()
	const path = "/midjourney/0123456789abcdef-16x9.svg"
	first := ask(http.MethodGet, path)
	for name, want := range map[string]string{
		"Cache-Control":           "immutable",
		"Content-Security-Policy": "default-src 'none'",
		"X-Content-Type-Options":  "nosniff",
	} {
		if got := first.Header().Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %q in it", name, got, want)
		}
	}
	again := ask(http.MethodGet, path, "If-None-Match", first.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("asked again: %d with %d bytes", again.Code, again.Body.Len())
	}
	if head := ask(http.MethodHead, path); head.Code != http.StatusOK || head.Body.Len() > 0 {
		t.Errorf("HEAD: %d with %d bytes", head.Code, head.Body.Len())
	}
}

func TestOtherPathsAreNotPictures(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/", "/midjourney", "/midjourney/", "/midjourney/0123456789abcdef.svg", "/midjourney/0123456789abcdef-16x9.png",
		"/midjourney/0123456789ABCDEF-16x9.svg", "/midjourney/0123456789abcdef-5x4.svg", "/midjourney/0123456789abcdef-16x9.svg/",
		"/other/0123456789abcdef-16x9.svg", "/midjourney/123-16x9.svg", "/midjourney/0123456789abcdef0-16x9.svg",
		"//midjourney/0123456789abcdef-16x9.svg", "/midjourney/../flux/0123456789abcdef-1x1.svg", "/midjourney/0123456789abcdef-16x9.svg%0a",
		"/avatars/0123456789abcdef-16x9.svg",
	} {
		if got := ask(http.MethodGet, path).Code; got != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, got)
		}
	}
	if got := ask(http.MethodPost, "/midjourney/0123456789abcdef-16x9.svg"); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, %v", got.Code, got.Header())
	}
}
