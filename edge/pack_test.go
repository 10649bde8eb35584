package edge_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"io"
	"strconv"
	"strings"
	"testing"

	"atelier/edge"
)

func TestPack(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 5000)
	_, _ = rand.Read(noise)
	for name, body := range map[string][]byte{"little": []byte("little"), "noise": noise} {
		if packed := edge.Pack(body); packed != nil {
			t.Errorf("%s: packed into %d bytes", name, len(packed))
		}
	}
	lengths := map[int]bool{}
	for i := range 40 {
		body := []byte(strings.Repeat("lighthouse ", 500) + strconv.Itoa(1000+i))
		packed := edge.Pack(body)
		if !bytes.Equal(packed, edge.Pack(body)) {
			t.Error("the same body is packed in two ways")
		}
		lengths[len(packed)] = true
		r, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, body) {
			t.Errorf("unpacked: %v, %d bytes", err, len(got))
		}
	}
	if len(lengths) < 5 {
		t.Errorf("the lengths tell: %v", lengths)
	}
}
