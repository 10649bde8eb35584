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

// AppendString appends a string as graphql.MarshalString writes it.
func AppendString[S ~string](b []byte, s S) []byte {
	b = append(b, '"')
	for {
		i := escapeIn([]byte(s)) // It only reads, so nothing is copied.
		b = append(b, s[:i]...)
		if i == len(s) {
			return append(b, '"')
		}
		b = appendEscaped(b, s[i])
		s = s[i+1:]
	}
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
		b = AppendUTC(b, t.Unix(), t.Nanosecond())
	} else {
		b = t.AppendFormat(b, time.RFC3339Nano)
	}
	return append(b, '"'), nil
}

const (
	daySeconds = 24 * 60 * 60
	// yearZero and yearTenThousand begin so many seconds before and after 1970.
	yearZero        = -62_167_219_200
	yearTenThousand = 253_402_300_800
)

// AppendUTC appends an instant, of so many seconds since 1970, as time.RFC3339Nano has it in UTC, unquoted.
func AppendUTC(b []byte, seconds int64, nanoseconds int) []byte {
	if seconds < yearZero || seconds >= yearTenThousand {
		return time.Unix(seconds, int64(nanoseconds)).UTC().AppendFormat(b, time.RFC3339Nano)
	}
	since := uint64(seconds - yearZero)
	year, month, day := dateOf(uint32(since / daySeconds))
	second := uint32(since % daySeconds)
	b = append(b, "0000-00-00T00:00:00"...)
	text := (*[19]byte)(b[len(b)-19:])
	text[0], text[1] = digits(year / 100)
	text[2], text[3] = digits(year % 100)
	text[5], text[6] = digits(month)
	text[8], text[9] = digits(day)
	text[11], text[12] = digits(second / 3600)
	text[14], text[15] = digits(second / 60 % 60)
	text[17], text[18] = digits(second % 60)
	return append(appendFraction(b, nanoseconds), 'Z')
}

// dateOf is the date so many days after the first of January of the year 0, by the Gregorian calendar. It counts from the first of
// March 400 years before, where the calendar begins to repeat itself: so the day that some years have more is the last of them, and
// months go in fives, of 153 days.
func dateOf(days uint32) (year, month, day uint32) {
	const (
		fourCenturies = 146_097
		fourYears     = 1_461
		fiveMonths    = 153
	)
	days += fourCenturies - 31 - 29
	centuries := (4*days + 3) / fourCenturies
	days -= centuries * fourCenturies / 4
	years := (4*days + 3) / fourYears
	days -= years * fourYears / 4
	months := (5*days + 2) / fiveMonths
	day = days - (fiveMonths*months+2)/5 + 1
	year = 100*centuries + years - 400
	if months < 10 {
		return year, months + 3, day
	}
	return year + 1, months - 9, day // January and February.
}

// digits are those of a number of two.
func digits(n uint32) (tens, ones byte) { return byte('0' + n/10), byte('0' + n%10) }

// appendFraction appends a point and as many digits as a part of a second needs, or nothing for none.
func appendFraction(b []byte, nanoseconds int) []byte {
	if nanoseconds == 0 {
		return b
	}
	n, places := uint32(nanoseconds), 9
	if n%1000 == 0 {
		n, places = n/1000, 6
	}
	for ; n%10 == 0; n /= 10 {
		places--
	}
	b = append(b, ".000000000"[:1+places]...)
	for i := len(b) - 1; n > 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
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
