package transport

import (
	"mime"
	"strconv"
	"strings"
)

// media is the type of an answer.
type media string

// The types of answers. Under application/json a well-formed request is answered 200 even where it is refused, since
// intermediaries may speak application/json too and a client could not tell their 4xx from ours.
const (
	mediaGraphQL media = "application/graphql-response+json"
	mediaJSON    media = "application/json"
)

// maxRanges is how many media ranges are looked at; browsers send fewer than ten.
const maxRanges = 50

// negotiate picks the type that the Accept headers like best. Without any it is application/json, which every client reads.
func negotiate(accept []string) (media, bool) {
	if len(accept) == 0 {
		return mediaJSON, true
	}
	ranges := strings.SplitN(strings.Join(accept, ","), ",", maxRanges+1)
	ranges = ranges[:min(len(ranges), maxRanges)]
	graphQL, json := quality(ranges, mediaGraphQL), quality(ranges, mediaJSON)
	switch {
	case graphQL.q == 0 && json.q == 0:
		return mediaJSON, false
	case graphQL.q > json.q || graphQL.q == json.q && graphQL.isNamed:
		return mediaGraphQL, true
	}
	return mediaJSON, true
}

type preference struct {
	q       float64
	isNamed bool // By its whole name, not by a range.
}

// quality is how much the ranges like a type: the most specific that covers it says (RFC 9110, section 12.5.1).
func quality(ranges []string, of media) (best preference) {
	specificity := 0
	for _, text := range ranges {
		name, params, err := mime.ParseMediaType(text)
		if err != nil || !isUTF8(params["charset"]) {
			continue
		}
		if s := covers(name, of); s > specificity {
			specificity, best = s, preference{weight(params["q"]), s == 3}
		}
	}
	return best
}

func covers(name string, of media) int {
	switch name {
	case string(of):
		return 3
	case "application/*":
		return 2
	case "*/*":
		return 1
	}
	return 0
}

func weight(q string) float64 {
	if q == "" {
		return 1
	}
	w, err := strconv.ParseFloat(q, 64)
	if err != nil || w < 0 || w > 1 {
		return 0
	}
	return w
}

func isUTF8(charset string) bool { return charset == "" || strings.EqualFold(charset, "utf-8") }
