// Package scalar reads and writes the schema's scalars. What it refuses is a coded error that says what form is
// wanted and does not repeat the input.
package scalar

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/exec"
)

// MarshalDateTime writes RFC 3339 in UTC with as many places as the time has, at most six.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, t.UTC().Truncate(time.Microsecond).Format(`"`+time.RFC3339Nano+`"`))
	})
}

// AppendDateTime appends what MarshalDateTime writes. The executor prefers such a function to the other.
func AppendDateTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = exec.AppendUTC(b, t.Unix(), t.Nanosecond()/1000*1000)
	return append(b, '"')
}

// UnmarshalDateTime reads RFC 3339 with any offset. PostgreSQL's microseconds are the finest it keeps.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, errDateTime
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.UTC().Year() < 1 || t.UTC().Year() > 9999 {
		return time.Time{}, errDateTime
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

var errDateTime = domain.Errorf(domain.InvalidArgument, "a DateTime is given as RFC 3339, such as %q", "2026-01-31T08:30:00Z")

// MarshalInt64 writes a 64-bit integer as a string.
func MarshalInt64(i int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, `"`+strconv.FormatInt(i, 10)+`"`)
	})
}

// AppendInt64 appends what MarshalInt64 writes.
func AppendInt64(b []byte, i int64) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, i, 10)
	return append(b, '"')
}

// UnmarshalInt64 reads a string of digits, or an integer.
func UnmarshalInt64(v any) (int64, error) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	}
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, domain.NewError(domain.InvalidArgument, "an Int64 is given as a string of digits")
	}
	return i, nil
}

// MarshalInt writes a 32-bit integer; one that does not fit would break clients that believe the specification.
func MarshalInt(i int) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Itoa(min(max(i, math.MinInt32), math.MaxInt32)))
	})
}

// AppendInt appends what MarshalInt writes.
func AppendInt(b []byte, i int) []byte {
	return strconv.AppendInt(b, int64(min(max(i, math.MinInt32), math.MaxInt32)), 10)
}

// UnmarshalInt reads a 32-bit integer, as the specification has it (https://spec.graphql.org/October2021/#sec-Int).
func UnmarshalInt(v any) (int, error) {
	var i int64
	var err error
	switch v := v.(type) {
	case int:
		i = int64(v)
	case int64:
		i = v
	case json.Number:
		i, err = strconv.ParseInt(v.String(), 10, 32)
	default:
		err = errInt
	}
	if err != nil || i < math.MinInt32 || i > math.MaxInt32 {
		return 0, errInt
	}
	return int(i), nil
}

var errInt = domain.NewError(domain.InvalidArgument, "an Int is a whole number of 32 bits")

// MarshalString writes a string.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// AppendString appends what MarshalString writes.
func AppendString(b []byte, s string) []byte { return exec.AppendString(b, s) }

// UnmarshalString reads a string that PostgreSQL can keep: valid UTF-8 without NUL.
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", domain.NewError(domain.InvalidArgument, "a String is given as a string")
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", domain.NewError(domain.InvalidArgument, "a String is valid UTF-8 without NUL")
	}
	return s, nil
}
