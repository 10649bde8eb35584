package bench

import (
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFarther sends words through the proxy to a server that sends them back: they come back whole, in order, and no sooner
// than the latency says; and nobody else may enter the folder of the socket.
func TestFarther(t *testing.T) {
	t.Parallel()
	const latency = 20 * time.Millisecond
	dir := t.TempDir()
	echo, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = echo.Close() }()
	go func() {
		for {
			c, err := echo.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	server := "postgres:///atelier?host=" + url.QueryEscape(dir) + "&port=5432&user=u"
	f, err := newFarther(t.Context(), server, latency)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	}()
	if info, err := os.Stat(f.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder: %v, %v", info.Mode(), err)
	}
	through, err := f.through(server)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(through)
	if err != nil || u.Query().Get("host") != f.dir || u.Query().Get("user") != "u" || u.Path != "/atelier" {
		t.Errorf("through %s: %v", through, err)
	}
	c, err := net.Dial("unix", filepath.Join(f.dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for _, word := range []string{"one", "two", "three"} {
		start := time.Now()
		if _, err := io.WriteString(c, word); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(word))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != word {
			t.Fatalf("%q came back as %q: %v", word, got, err)
		}
		if took := time.Since(start); took < latency {
			t.Errorf("a round trip took %v, less than %v", took, latency)
		}
	}
}
