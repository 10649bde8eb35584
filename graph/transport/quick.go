package transport

import (
	"bytes"
	"encoding/json"
	"strings"
)

// readQuickly reads a body as nearly all clients send it: the parameters, each once, in strings with no escapes but the common ones. It reports
// whether it did; if not, a decoder has to look, which also tells what is wrong. The text is UTF-8, and within limits.
//
// What it reads is what the decoder would: see FuzzReadQuickly.
func readQuickly(text []byte, req *request) bool {
	q := quick{text: text}
	var seen [4]bool
	return q.object(func(name string) bool {
		i := parameter(name)
		if i < 0 || seen[i] {
			return false
		}
		seen[i] = true
		if q.word("null") {
			return true
		}
		ok := false
		switch i {
		case 0:
			req.Query, ok = q.str()
		case 1:
			req.OperationName, ok = q.str()
		case 2:
			req.Variables, ok = q.fields()
		case 3:
			req.Extensions, ok = q.fields()
		}
		return ok
	}) && q.isAtEnd()
}

func parameter(name string) int {
	switch name {
	case "query":
		return 0
	case "operationName":
		return 1
	case "variables":
		return 2
	case "extensions":
		return 3
	}
	return -1
}

// quick reads JSON from a text. Whatever it does not know makes it stop.
type quick struct {
	text []byte
	at   int
}

// next passes over white space and returns the byte that follows; 0 at the end.
func (q *quick) next() byte {
	for ; q.at < len(q.text); q.at++ {
		switch c := q.text[q.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (q *quick) isAtEnd() bool { return q.next() == 0 && q.at == len(q.text) }

// take passes over a byte, if it follows.
func (q *quick) take(c byte) bool {
	if q.next() != c {
		return false
	}
	q.at++
	return true
}

// word passes over a literal, if it follows.
func (q *quick) word(word string) bool {
	q.next()
	if !bytes.HasPrefix(q.text[q.at:], []byte(word)) {
		return false
	}
	q.at += len(word)
	return true
}

// object reads an object, whose values value reads.
func (q *quick) object(value func(name string) bool) bool {
	return q.sequence('{', '}', func() bool {
		name, ok := q.str()
		return ok && q.take(':') && value(name)
	})
}

func (q *quick) sequence(open, end byte, item func() bool) bool {
	if !q.take(open) {
		return false
	}
	if q.take(end) {
		return true
	}
	for item() {
		if q.take(end) {
			return true
		}
		if !q.take(',') {
			return false
		}
	}
	return false
}

func (q *quick) fields() (map[string]any, bool) {
	fields := map[string]any{}
	ok := q.object(func(name string) (ok bool) {
		fields[name], ok = q.value()
		return ok
	})
	return fields, ok
}

func (q *quick) value() (any, bool) {
	switch q.next() {
	case '"':
		return q.str()
	case '{':
		return q.fields()
	case '[':
		items := []any{}
		ok := q.sequence('[', ']', func() bool {
			item, ok := q.value()
			items = append(items, item)
			return ok
		})
		return items, ok
	case 't':
		return true, q.word("true")
	case 'f':
		return false, q.word("false")
	case 'n':
		return nil, q.word("null")
	}
	return q.number()
}

func (q *quick) number() (json.Number, bool) {
	start := q.at
	for q.at < len(q.text) && strings.IndexByte("+-.0123456789Ee", q.text[q.at]) >= 0 {
		q.at++
	}
	number := q.text[start:q.at]
	return json.Number(number), json.Valid(number)
}

// str reads a string.
func (q *quick) str() (string, bool) {
	if !q.take('"') {
		return "", false
	}
	start := q.at
	for ; q.at < len(q.text); q.at++ {
		switch c := q.text[q.at]; {
		case c == '"':
			q.at++
			return string(q.text[start : q.at-1]), true
		case c == '\\':
			return q.escaped(start)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// escaped reads the rest of a string from its first escape on.
func (q *quick) escaped(start int) (string, bool) {
	var text strings.Builder
	for ; q.at < len(q.text); q.at++ {
		switch c := q.text[q.at]; {
		case c == '"':
			text.Write(q.text[start:q.at])
			q.at++
			return text.String(), true
		case c == '\\' && q.at+1 < len(q.text):
			plain := strings.IndexByte(escapes, q.text[q.at+1])
			if plain < 0 {
				return "", false
			}
			text.Write(q.text[start:q.at])
			text.WriteByte(escaped[plain])
			q.at++
			start = q.at + 1
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// The escapes that are known, and what they stand for.
const (
	escapes = `"\/bfnrt`
	escaped = "\"\\/\b\f\n\r\t"
)
