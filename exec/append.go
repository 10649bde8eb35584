package exec

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// ErrNull is what a Leaf returns where the value is nil.
var ErrNull = errors.New("the value is null")

// errNullMarshaler is ErrNull where a marshaler made null of a value.
var errNullMarshaler = errors.New("the marshaler returned null")

const hex = "0123456789ABCDEF"

// plain are the bytes that stand in a JSON string as they are.
var plain = func() (is [256]bool) {
	for c := range is {
		is[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return is
}()

// AppendString appends a string as graphql.MarshalString writes it. Most strings need no escape: it is appended whole, and looked
// through where it stands then.
func AppendString[S ~string](b []byte, s S) []byte {
	b = append(b, '"')
	start := len(b)
	b = append(b, s...)
	if i := escapeIn(b[start:]); i < len(s) {
		b = appendRest(b[:start+i], string(s[i:]))
	}
	return append(b, '"')
}

// appendRest appends what follows the first byte to escape.
func appendRest(b []byte, s string) []byte {
	start := 0
	for i := range len(s) {
		if plain[s[i]] {
			continue
		}
		b = append(b, s[start:i]...)
		b = appendEscaped(b, s[i])
		start = i + 1
	}
	return append(b, s[start:]...)
}

// Each byte of a word of eight.
const (
	lows  = 0x0101010101010101
	highs = lows << 7
)

// escapeIn returns where the first byte to escape is, or the length.
func escapeIn(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		word := binary.LittleEndian.Uint64(b[i:])
		quote, slash := word^'"'*lows, word^'\\'*lows
		// A byte below n borrows from its high bit when n is taken from it: so does one that is equal to what it was xored with, from 1.
		if ((word-' '*lows)&^word|(quote-lows)&^quote|(slash-lows)&^slash)&highs != 0 {
			break
		}
	}
	for i < len(b) && plain[b[i]] {
		i++
	}
	return i
}

func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '\t':
		return append(b, `\t`...)
	case '\r':
		return append(b, `\r`...)
	case '\n':
		return append(b, `\n`...)
	case '\\', '"':
		return append(b, '\\', c)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}

// AppendInt appends a whole number.
func AppendInt[I ~int | ~int8 | ~int16 | ~int32 | ~int64](b []byte, i I) []byte {
	return strconv.AppendInt(b, int64(i), 10)
}

// AppendBool appends true or false.
func AppendBool[B ~bool](b []byte, v B) []byte { return strconv.AppendBool(b, bool(v)) }

// AppendTime appends a time as graphql.MarshalTime does: the zero time is null.
func AppendTime(b []byte, t time.Time) ([]byte, error) {
	if t.IsZero() {
		return b, errNullMarshaler
	}
	b = append(b, '"')
	if t.Location() == time.UTC {
		b = AppendInstant(b, t)
	} else {
		b = t.AppendFormat(b, time.RFC3339Nano)
	}
	return append(b, '"'), nil
}

// AppendInstant appends an instant in UTC as time.RFC3339Nano has it, unquoted.
func AppendInstant(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(b, time.RFC3339Nano)
	}
	hour, minute, second := t.Clock()
	b = append(b, "0000-00-00T00:00:00"...)
	text := b[len(b)-len("0000-00-00T00:00:00"):]
	setDigits(text[0:], year/100)
	setDigits(text[2:], year%100)
	setDigits(text[5:], int(month))
	setDigits(text[8:], day)
	setDigits(text[11:], hour)
	setDigits(text[14:], minute)
	setDigits(text[17:], second)
	return append(appendFraction(b, t.Nanosecond()), 'Z')
}

// setDigits writes a number of two digits.
func setDigits(text []byte, n int) { text[0], text[1] = byte('0'+n/10), byte('0'+n%10) }

// appendFraction appends a point and as many digits as a part of a second needs, or nothing for none.
func appendFraction(b []byte, nanoseconds int) []byte {
	if nanoseconds == 0 {
		return b
	}
	places := 9
	for ; nanoseconds%10 == 0; nanoseconds /= 10 {
		places--
	}
	b = append(b, ".000000000"[:1+places]...)
	for i := len(b) - 1; nanoseconds > 0; i-- {
		b[i] = byte('0' + nanoseconds%10)
		nanoseconds /= 10
	}
	return b
}

// AppendFloat appends a number as graphql.MarshalFloatContext does, which refuses those that JSON does not have.
func AppendFloat(b []byte, f float64) ([]byte, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return b, errors.New("cannot marshal infinite no NaN float values")
	}
	return fmt.Appendf(b, "%g", f), nil
}

// AppendMarshaler appends what a marshaler writes.
func AppendMarshaler(b []byte, m graphql.Marshaler) ([]byte, error) {
	if m == graphql.Null {
		return b, errNullMarshaler
	}
	w := sink{b}
	m.MarshalGQL(&w)
	return w.b, nil
}

// AppendContextMarshaler appends what a context marshaler writes; it gets no context of its field.
func AppendContextMarshaler(b []byte, m graphql.ContextMarshaler) ([]byte, error) {
	w := sink{b}
	if err := m.MarshalGQLContext(context.Background(), &w); err != nil {
		return b, err
	}
	return w.b, nil
}

// sink is an io.Writer and io.StringWriter that appends.
type sink struct{ b []byte }

func (s *sink) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}

// WriteString implements io.StringWriter.
func (s *sink) WriteString(p string) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}
