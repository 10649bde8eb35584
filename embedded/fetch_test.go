//go:build unix

package embedded

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

func TestNoPostgresAndNoDownload(t *testing.T) {
	t.Setenv("TMPDIR", tempDir(t)) // the library leaves a file there
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	o := newOptions(t)
	o.search, o.repository, o.cache = []string{}, gone.URL, tempDir(t)
	_, err := Open(t.Context(), o)
	wantError(t, err, ErrNoPostgres, "apt-get install postgresql", "brew install", gone.URL)

	o.search = []string{fakePrograms(t, "12.3", "exit 1")}
	_, err = Open(t.Context(), o)
	wantError(t, err, ErrNoPostgres, "12.3", "too old")
	if left, _ := filepath.Glob(filepath.Join(o.cache, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The archive is a stand-in that runs the installed programs; its form is that of the real ones.
func TestDownloadedPostgresRuns(t *testing.T) {
	t.Setenv("TMPDIR", tempDir(t)) // the library leaves a file there
	real := installed(t)
	calls := filepath.Join(tempDir(t), "calls")
	must(t, os.WriteFile(calls, nil, 0o600))
	must(t, os.Chmod(calls, 0o666))
	jar := fakeJar(t, map[string]string{
		"bin/postgres": "#!/bin/sh\nexec " + real.dir + "/postgres \"$@\"\n",
		"bin/initdb":   "#!/bin/sh\necho initdb >>" + calls + "\nexec " + real.dir + "/initdb \"$@\"\n",
	})
	var downloads atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".jar") {
			http.NotFound(w, r)
			return
		}
		downloads.Add(1)
		_, _ = w.Write(jar)
	}))
	t.Cleanup(server.Close)
	o := newOptions(t)
	o.search, o.repository, o.cache = []string{}, server.URL, tempDir(t)
	c := openCluster(t, o)
	wantCount(t, c.URL(""), `SELECT 1`, 1)
	c.closeNow(t)
	if text, err := os.ReadFile(calls); string(text) != "initdb\n" {
		t.Errorf("initdb was called %d times, want once: not by the library (%v)", strings.Count(string(text), "\n"), err)
	}

	again := newOptions(t)
	again.search, again.repository, again.cache = []string{}, server.URL, o.cache
	wantCount(t, openCluster(t, again).URL(""), `SELECT 1`, 1)
	if n := downloads.Load(); n != 1 {
		t.Errorf("%d downloads, want 1", n)
	}
	if left, _ := filepath.Glob(filepath.Join(o.cache, "download-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// fakeJar is an archive as the download host serves them: a zip with a .txz in it.
func fakeJar(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var tarball bytes.Buffer
	tw := tar.NewWriter(&tarball)
	for name, text := range files {
		must(t, tw.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}))
		_, err := tw.Write([]byte(text))
		must(t, err)
	}
	must(t, tw.Close())
	var jar bytes.Buffer
	zw := zip.NewWriter(&jar)
	w, err := zw.Create("postgres-linux-x86_64.txz")
	must(t, err)
	_, err = w.Write(xz(tarball.Bytes()))
	must(t, err)
	must(t, zw.Close())
	return jar.Bytes()
}

// xz wraps data in the xz format without compressing it: one block of one LZMA2 chunk, which holds 64 KB at most.
func xz(data []byte) []byte {
	sum := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
	pad := func(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
	flags := []byte{0, 1} // checked with CRC-32

	out := append([]byte("\xfd7zXZ\x00"), append(flags, sum(flags)...)...)
	header := []byte{2, 0, 0x21, 1, 0x16, 0, 0, 0} // 12 bytes; one filter: LZMA2, dictionary of 8 MB
	header = append(header, sum(header)...)
	chunk := append(binary.BigEndian.AppendUint16([]byte{1}, uint16(len(data)-1)), data...)
	chunk = append(chunk, 0)
	block := append(pad(append(header, chunk...)), sum(data)...)
	out = append(out, block...)

	index := binary.AppendUvarint([]byte{0, 1}, uint64(len(header)+len(chunk)+4))
	index = pad(binary.AppendUvarint(index, uint64(len(data))))
	index = append(index, sum(index)...)
	out = append(out, index...)

	footer := append(binary.LittleEndian.AppendUint32(nil, uint32(len(index)/4-1)), flags...)
	return append(append(append(out, sum(footer)...), footer...), 'Y', 'Z')
}

func TestDownloadIsCancelled(t *testing.T) {
	t.Setenv("TMPDIR", tempDir(t)) // the library leaves a file there
	asked := make(chan struct{}, 1)
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-release
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	o := newOptions(t)
	o.search, o.repository, o.cache = []string{}, server.URL, tempDir(t)
	ctx, cancel := cancelWhen(t, asked)
	defer cancel()
	_, err := Open(ctx, o)
	wantError(t, err, ErrNoPostgres, "canceled")
	if _, err := os.Stat(filepath.Join(o.Dir, "cluster", "data")); !os.IsNotExist(err) {
		t.Errorf("a cluster was made (%v)", err)
	}
}
