package limit

import (
	"encoding/base64"
	"time"
)

// appendText appends a JSON string, escaped as the server escapes: what JSON asks for, in the same spelling.
func appendText(out []byte, s string) []byte {
	out = append(out, '"')
	start := 0
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '\\' || c == '"' {
			out = append(out, s[start:i]...)
			out = appendEscaped(out, c)
			start = i + 1
		}
	}
	return append(append(out, s[start:]...), '"')
}

func appendEscaped(out []byte, c byte) []byte {
	const hex = "0123456789ABCDEF"
	switch c {
	case '\t':
		return append(out, `\t`...)
	case '\r':
		return append(out, `\r`...)
	case '\n':
		return append(out, `\n`...)
	case '\\', '"':
		return append(out, '\\', c)
	}
	return append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}

// appendOptional appends a text, or null.
func appendOptional(out []byte, t text) []byte {
	if t.isNull {
		return append(out, "null"...)
	}
	return appendText(out, t.value)
}

// appendMoment appends RFC 3339 in UTC, or null for none.
func appendMoment(out []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(out, "null"...)
	}
	out = append(out, '"')
	return append(t.AppendFormat(out, time.RFC3339Nano), '"')
}

// appendID appends a global id: base64url of "Type:key".
func appendID(out []byte, typeName, key string) []byte {
	var room [128]byte
	raw := append(append(append(room[:0], typeName...), ':'), key...)
	out = append(out, '"')
	return append(base64.RawURLEncoding.AppendEncode(out, raw), '"')
}

// appendPlain appends a text that needs no escaping: a name of an enum, an amount.
func appendPlain(out []byte, s string) []byte {
	return append(append(append(out, '"'), s...), '"')
}

// appendElement appends a key to an array in PostgreSQL's text form, which appendArray begins and closes.
func appendElement(array []byte, key string) []byte {
	array = append(array, ',', '"')
	for i := range len(key) {
		if key[i] == '"' || key[i] == '\\' {
			array = append(array, '\\')
		}
		array = append(array, key[i])
	}
	return append(array, '"')
}

// closedArray is the array of the elements appended so far.
func closedArray(elements []byte) string {
	if len(elements) == 0 {
		return "{}"
	}
	elements[0] = '{' // In the place of the first comma.
	return string(append(elements, '}'))
}
