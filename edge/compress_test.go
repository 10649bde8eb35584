package edge_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"atelier/edge"
)

// says answers with a text of a type, and its length.
func says(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = io.WriteString(w, text)
	}
}

func TestCompression(t *testing.T) {
	long, short := strings.Repeat("lighthouse ", 1000), strings.Repeat("x", 1023)
	for _, one := range []struct {
		name, contentType, text, accept string
		isCompressed                    bool
	}{
		{"a long answer", "application/json; charset=utf-8", long, "gzip", true},
		{"of the other type", "application/graphql-response+json; charset=utf-8", long, "gzip, deflate, br", true},
		{"of 1024 bytes", "application/json", short + "x", "gzip", true},
		{"of 1023 bytes", "application/json", short, "gzip", false},
		{"nothing", "application/json", "", "gzip", false},
		{"nobody asked", "application/json", long, "", false},
		{"refused", "application/json", long, "gzip;q=0", false},
		{"a drawing", "image/svg+xml", long, "gzip", true},
		{"an image", "image/png", long, "gzip", false},
		{"a font", "font/woff2", long, "gzip", false},
	} {
		response := serve(t, edge.Compress(), says(one.contentType, one.text), http.MethodGet, "Accept-Encoding", one.accept)
		encoding := response.Header.Get("Content-Encoding")
		if (encoding == "gzip") != one.isCompressed || plainly(t, response) != one.text {
			t.Errorf("%s: encoded as %q", one.name, encoding)
		}
		if !strings.Contains(strings.Join(response.Header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s: Vary is %v", one.name, response.Header.Values("Vary"))
		}
	}
}

func plainly(t *testing.T, response *http.Response) string {
	t.Helper()
	var body io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		body = unpacked
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if length := response.Header.Get("Content-Length"); response.Header.Get("Content-Encoding") != "" && length != "" {
		t.Errorf("a length of %s for the compressed body", length)
	}
	return string(text)
}

// TestWhatIsCompressedAlreadyStays as it is: assets come so.
func TestWhatIsCompressedAlreadyStays(t *testing.T) {
	packed := bytes.Repeat([]byte{1, 2, 3, 4}, 1000)
	for _, encoding := range []string{"gzip", "br"} {
		response := serve(t, edge.Compress(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			w.Header().Set("Content-Encoding", encoding)
			_, _ = w.Write(packed)
		}, http.MethodGet, "Accept-Encoding", "gzip, br")
		body, _ := io.ReadAll(response.Body)
		if response.Header.Get("Content-Encoding") != encoding || !bytes.Equal(body, packed) {
			t.Errorf("%s: encoded as %v, %d bytes", encoding, response.Header.Values("Content-Encoding"), len(body))
		}
	}
}

// TestValidatorsOfCompressed: other bytes, another validator.
func TestValidatorsOfCompressed(t *testing.T) {
	for accept, want := range map[string]string{"gzip": `"x-gzip"`, "zstd": `"x-zstd"`, "": `"x"`} {
		response := serve(t, edge.Compress(), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"x"`)
			says("application/json", strings.Repeat("lighthouse ", 1000))(w, r)
		}, http.MethodGet, "Accept-Encoding", accept)
		if got := response.Header.Get("Etag"); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

func TestHeadIsNotCompressed(t *testing.T) {
	response := serve(t, edge.Compress(), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "5000")
		w.WriteHeader(http.StatusOK)
	}, http.MethodHead, "Accept-Encoding", "gzip")
	body, _ := io.ReadAll(response.Body)
	if len(body) > 0 || response.Header.Get("Content-Length") != "5000" || response.Header.Get("Content-Encoding") != "" {
		t.Errorf("%v with %d bytes", response.Header, len(body))
	}
}

// TestLengthsVary: the same text beside a secret has not always the same length.
func TestLengthsVary(t *testing.T) {
	lengths := map[int]bool{}
	for i := range 40 {
		response := serve(t, edge.Compress(), says("application/json", strings.Repeat("lighthouse ", 500)+strconv.Itoa(i%10)), http.MethodGet, "Accept-Encoding", "gzip")
		body, _ := io.ReadAll(response.Body)
		lengths[len(body)] = true
	}
	if len(lengths) < 3 {
		t.Errorf("lengths: %v", lengths)
	}
}
