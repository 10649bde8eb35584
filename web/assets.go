package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed all:dist/assets
var dist embed.FS

// builtAssets returns the folder of the files that the page is made of.
func builtAssets() fs.FS {
	files, err := fs.Sub(dist, "dist/assets")
	if err != nil {
		panic(err) // The name is a constant, and a valid one.
	}
	return files
}

// types are the media types of all kinds of file that are built. The system's own table differs between systems.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".md":  "text/markdown; charset=utf-8",
	".svg": "image/svg+xml",
	".ttf": "font/ttf",
}

// hashed matches names that change with the file's contents.
var hashed = regexp.MustCompile(`-[\w-]{8}\.\w+$`)

// assets serves files by their names, compressed to whoever takes that.
type assets map[string]asset

type asset struct {
	mediaType    string
	cacheControl string
	plain        func() []byte
	gzipped      func() []byte // Made when it is first asked for, and kept.
}

// newAssets serves all files of a folder that is part of the program. It panics on one whose type has no name here.
func newAssets(folder fs.FS) assets {
	names, err := fs.Glob(folder, "*")
	if err != nil {
		panic(err)
	}
	files := assets{}
	for _, name := range names {
		files[name] = newAsset(folder, name)
	}
	return files
}

func newAsset(folder fs.FS, name string) asset {
	mediaType, known := types[path.Ext(name)]
	if !known {
		panic(fmt.Sprintf("web: the type of %s is unknown", name))
	}
	cacheControl := "no-cache"
	if hashed.MatchString(name) {
		cacheControl = "public, max-age=31536000, immutable"
	}
	plain := func() []byte { return read(folder, name) }
	gzipped := sync.OnceValue(func() []byte { return compress(plain()) })
	return asset{mediaType, cacheControl, plain, gzipped}
}

// read copies a file out of the program: few ask for that, and the copy is not kept.
func read(folder fs.FS, name string) []byte {
	content, err := fs.ReadFile(folder, name)
	if err != nil {
		panic(err) // It was listed, and is part of the program.
	}
	return content
}

func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, exists := a[r.PathValue("name")]
	if !exists {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.mediaType)
	h.Set("Cache-Control", file.cacheControl)
	h.Set("Vary", "Accept-Encoding")
	contents := file.plain
	if takesGzip(r.Header) {
		h.Set("Content-Encoding", "gzip")
		contents = file.gzipped
	}
	content := contents()
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // If it fails, nobody is there to be told.
}

// takesGzip reports whether a client takes gzip by name, as every browser does, and not at the weight of 0.
func takesGzip(h http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return err != nil || q > 0
		}
	}
	return false
}

func compress(content []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(content); err != nil {
		panic(err) // A buffer takes everything.
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
