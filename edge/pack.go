package edge

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// Pack compresses what is sent more than once, as Compress would if it came by. It returns nil where that saves nothing.
func Pack(body []byte) []byte {
	if len(body) < minCompressed {
		return nil
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.DefaultCompression)
	if err != nil {
		panic(fmt.Errorf("set up compression: %w", err)) // The level is part of the program.
	}
	w.Comment = padding(body)
	_, err = w.Write(body)
	if err == nil {
		err = w.Close()
	}
	if err != nil || packed.Len() >= len(body) { // A buffer does not fail.
		return nil
	}
	return bytes.Clone(packed.Bytes())
}

// padding is of a length that hides that of the compressed body, and is the same for the same body (see Compress).
func padding(body []byte) string {
	return strings.Repeat(".", 1+int(crc32.ChecksumIEEE(body)%maxPadding))
}
