package document

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// HasHalfSurrogate reports whether a text has an escape such as \ud800 without its other half: that is no character, and
// decoders of JSON and GraphQL strings make U+FFFD of it.
func HasHalfSurrogate(text string) bool {
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return false
		}
		text = text[i:]
		first, ok := escaped(text)
		if !ok || !utf16.IsSurrogate(first) {
			text = text[2:] // The backslash and what it escapes, which may be a backslash.
			continue
		}
		text = text[6:]
		second, ok := escaped(text)
		if !ok || utf16.DecodeRune(first, second) == '\uFFFD' {
			return true
		}
		text = text[6:]
	}
}

// escaped reads an escape of four digits at the start of a text.
func escaped(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(n), err == nil
}
