package transport

import (
	"net/http"
	"strconv"
	"strings"

	"atelier/auth"
	"atelier/cache/answers"
)

// writeWhole sends an answer that may be shown again, or says that it is what the client has already.
func (a *answer) writeWhole(kept *answers.Answer) {
	if a.tellsOfCache() {
		a.send(http.StatusOK, [][]byte{a.withCache(kept)})
		return
	}
	header := a.w.Header()
	header.Set("Cache-Control", a.cacheControl(kept))
	body, packed := kept.Body, a.packed(kept)
	if packed != nil {
		body = packed
	}
	if a.isRead() && a.validate(kept, packed != nil) {
		return
	}
	if packed != nil {
		header.Set("Content-Encoding", "gzip")
	}
	a.send(http.StatusOK, [][]byte{body})
}

// isRead reports whether the request is one whose answer may be kept outside.
func (a *answer) isRead() bool { return a.r.Method == http.MethodGet || a.r.Method == http.MethodHead }

// validate gives the answer its validator, and answers 304 if the client has that already.
func (a *answer) validate(kept *answers.Answer, isPacked bool) (answered bool) {
	tag := a.tag(kept)
	if known := a.matching(tag); known != "" {
		a.w.Header().Set("Etag", known)
		a.vary()
		a.isWritten = true
		a.w.WriteHeader(http.StatusNotModified)
		return true
	}
	if isPacked {
		tag = strings.TrimSuffix(tag, `"`) + packedSuffix + `"`
	}
	a.w.Header().Set("Etag", tag)
	return false
}

// packed is the compressed form of an answer that is given again, if the client reads that; nil otherwise.
func (a *answer) packed(kept *answers.Answer) []byte {
	if !a.isKept || !acceptsGzip(a.r.Header.Values("Accept-Encoding")) {
		return nil
	}
	return kept.Packed()
}

func acceptsGzip(accepted []string) bool {
	for coding := range strings.SplitSeq(strings.Join(accepted, ","), ",") {
		name, parameter, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, _ := strings.CutPrefix(strings.ReplaceAll(parameter, " ", ""), "q=")
			return weight(q) > 0
		}
	}
	return false
}

// packedSuffix is what the validator of a compressed answer ends in. Whoever else compresses answers adds it, or another one, too.
const packedSuffix = "-gzip"

// tag is the validator of the answer in the type that the client likes best.
func (a *answer) tag(kept *answers.Answer) string {
	if a.media == mediaGraphQL {
		return `"` + kept.Tag() + `-r"`
	}
	return `"` + kept.Tag() + `"`
}

// matching returns which of the validators that the client has is that of the answer, or of the answer compressed; "" for none. They
// count for what is read by GET: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
func (a *answer) matching(tag string) string {
	for candidate := range strings.SplitSeq(strings.Join(a.r.Header.Values("If-None-Match"), ","), ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" {
			return tag
		}
		if plain, isTag := strings.CutSuffix(strings.TrimPrefix(candidate, "W/"), `"`); isTag && withoutCoding(plain)+`"` == tag {
			return candidate
		}
	}
	return ""
}

// withoutCoding takes off what the compression of answers adds to validators.
func withoutCoding(tag string) string {
	return strings.TrimSuffix(strings.TrimSuffix(tag, packedSuffix), "-zstd")
}

// cacheControl says who may keep the answer outside, and for how long. What nobody is signed in for is everybody's.
func (a *answer) cacheControl(kept *answers.Answer) string {
	whose := "private"
	if !auth.ViewerFrom(a.r.Context()).IsSignedIn() {
		whose = "public"
	}
	seconds := int(kept.Outside.Seconds())
	if seconds < 1 {
		return whose + ", no-cache"
	}
	return whose + ", max-age=" + strconv.Itoa(seconds)
}

// varies is what an answer depends on besides its address.
const varies = "Accept, Authorization, " + HeaderCost + ", " + HeaderCache

func (a *answer) vary() { a.w.Header().Add("Vary", varies) }
