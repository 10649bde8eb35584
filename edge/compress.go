package edge

import (
	"compress/gzip"
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// minCompressed is from how many bytes on an answer is compressed: below, the headers cost as much as is saved.
const minCompressed = 1024

// Compress compresses answers of text for clients who accept it. Random padding hides their exact length, from which
// secrets that stand beside text of an attacker's could be guessed (BREACH).
func Compress() Middleware {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		panic(fmt.Errorf("set up compression: %w", err)) // The options are part of the program.
	}
	return func(next http.Handler) http.Handler { return wrap(next) }
}
