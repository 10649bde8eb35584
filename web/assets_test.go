package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"testing"
)

// anAsset returns the name of a built file of that extension.
func anAsset(t *testing.T, extension string) string {
	t.Helper()
	names, err := fs.Glob(builtAssets(), "index-*"+extension)
	if err != nil || len(names) == 0 {
		t.Fatalf("no built file ends in %s (%v)", extension, err)
	}
	return names[0]
}

func TestPageIsMadeOfBuiltFiles(t *testing.T) {
	references := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(indexHTML, -1)
	if len(references) < 3 {
		t.Fatalf("the page names %d files: %v", len(references), references)
	}
	for _, reference := range references {
		if w := get(t, Options{}, "GET", path.Join("/", reference[1]), nil); w.Code != 200 {
			t.Errorf("%s: %d", reference[1], w.Code)
		}
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	for extension, mediaType := range map[string]string{
		".js":  "text/javascript; charset=utf-8",
		".css": "text/css; charset=utf-8",
	} {
		w := get(t, Options{}, "GET", "/assets/"+anAsset(t, extension), nil)
		checkHeaders(t, w, map[string]string{
			"Content-Type":            mediaType,
			"Cache-Control":           "public, max-age=31536000, immutable",
			"Vary":                    "Accept-Encoding",
			"Content-Security-Policy": assetPolicy,
		})
	}
	// Its name stays when it changes.
	checkHeaders(t, get(t, Options{}, "GET", "/assets/licenses.md", nil), map[string]string{"Cache-Control": "no-cache"})
}

func TestAssetsAreCompressedForThoseWhoTakeIt(t *testing.T) {
	name := anAsset(t, ".js")
	plain := read(builtAssets(), name)
	for accepted, compressed := range map[string]bool{
		"gzip": true, "br, GZIP;q=0.5": true,
		"": false, "deflate": false, "gzip;q=0": false, "gzip; q=0.0, br": false, "xgzip": false,
	} {
		w := get(t, Options{}, "GET", "/assets/"+name, http.Header{"Accept-Encoding": {accepted}})
		body := w.Body.Bytes()
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != compressed {
			t.Errorf("compressed for %q: %t, want %t", accepted, got, compressed)
		} else if compressed {
			body = unzip(t, body)
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("another content for %q: %d bytes, want %d", accepted, len(body), len(plain))
		}
	}
}

func unzip(t *testing.T, compressed []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
