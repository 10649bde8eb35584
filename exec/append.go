package exec

import (
	"context"
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

// AppendString appends a string as graphql.MarshalString writes it.
func AppendString[S ~string](b []byte, s S) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		if plain[s[i]] {
			continue
		}
		b = append(b, s[start:i]...)
		b = appendEscaped(b, s[i])
		start = i + 1
	}
	b = append(b, s[start:]...)
	return append(b, '"')
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
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"'), nil
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
