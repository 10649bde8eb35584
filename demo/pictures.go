package demo

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// picturePath is the part of an address after its base: KIND/SEED-SHAPE.svg. Nothing else is answered, so that
// there is one address per picture.
var picturePath = regexp.MustCompile(
	`^(midjourney|flux|dreamwork|cloud|uploads|avatars)/([0-9a-f]{16})-([0-9]+x[0-9]+)\.svg$`)

// Pictures answers the addresses of the demo's images with small drawings: GET KIND/SEED-SHAPE.svg, with or without a
// leading slash; mount it with http.StripPrefix at Options.ImageBase.
//
// A picture depends on its address alone, so clients may keep it for ever. It is an SVG of a few kilobytes without
// scripts or links, and says so in a Content-Security-Policy of its own. Any other path is 404, any method but GET
// and HEAD 405.
func Pictures() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		drawing := drawPath(strings.TrimPrefix(r.URL.Path, "/"))
		if drawing == nil {
			http.NotFound(w, r)
			return
		}
		servePicture(w, r, drawing)
	})
}

func servePicture(w http.ResponseWriter, r *http.Request, drawing []byte) {
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(drawing)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(drawing))
}

// drawPath returns nil for a path that is not a picture's.
func drawPath(path string) []byte {
	parts := picturePath.FindStringSubmatch(path)
	if parts == nil {
		return nil
	}
	shape, ok := shapeNamed(parts[3])
	if !ok {
		return nil
	}
	seed, err := strconv.ParseUint(parts[2], 16, 64)
	if err != nil {
		return nil
	}
	switch {
	case parts[1] != "avatars":
		return drawScenery(seed, shape)
	case shape == shapes[0]:
		return drawAvatar(seed)
	}
	return nil
}
