package edge

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// minCompressed is from how many bytes on an answer is compressed: below, the headers cost as much as is saved.
const minCompressed = 1024

// maxPadding is how many bytes hide the exact length of a compressed answer.
const maxPadding = 32

// compressedSuffix is what the validator of a compressed answer ends in: its bytes are others, so it needs one of its own. Where zstd was
// chosen it reads -zstd. Whoever answers If-None-Match takes either off.
const compressedSuffix = "-gzip"

// Compress compresses answers of text for clients who accept it. Random padding hides their exact length, from which
// secrets that stand beside text of an attacker's could be guessed (BREACH).
func Compress() Middleware {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.RandomJitter(maxPadding, 0, false), gzhttp.ContentTypeFilter(isText),
		gzhttp.SuffixETag(compressedSuffix),
	)
	if err != nil {
		panic(fmt.Errorf("set up compression: %w", err)) // The options are part of the program.
	}
	return func(next http.Handler) http.Handler {
		compressed := wrap(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header["Accept-Encoding"] != nil {
				compressed.ServeHTTP(w, r)
				return
			}
			w.Header().Add("Vary", "Accept-Encoding")
			next.ServeHTTP(w, r)
		})
	}
}

// isText tells what is worth compressing: other types, such as images and fonts, are compressed already.
func isText(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") ||
		slices.ContainsFunc([]string{"json", "javascript", "xml"}, func(kind string) bool { return strings.Contains(contentType, kind) })
}
