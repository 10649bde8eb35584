package exec

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

func marshaled(m graphql.Marshaler) string {
	var b bytes.Buffer
	m.MarshalGQL(&b)
	return b.String()
}

// FuzzAppendString holds strings to what gqlgen writes.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "Ümlaut 你好 😀", "\u2028", "\xff\xc3", "<&>", strings.Repeat("x\n", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := string(AppendString(nil, s)), marshaled(graphql.MarshalString(s)); got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	})
}

// TestAppendStringEverywhere escapes each byte in each place of a word, and behind others that are escaped.
func TestAppendStringEverywhere(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for place := range 20 {
			for _, around := range []string{"x", "\xff", "\"", "\u00e9"} {
				s := strings.Repeat(around, place) + string([]byte{byte(c)}) + strings.Repeat(around, 17)
				if got, want := string(AppendString([]byte("before"), s)), "before"+marshaled(graphql.MarshalString(s)); got != want {
					t.Fatalf("%q is %s, want %s", s, got, want)
				}
			}
		}
	}
}

// FuzzAppendUTC holds instants to what package time writes.
func FuzzAppendUTC(f *testing.F) {
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(2024, 2, 29, 12, 0, 0, 120_000_000, time.UTC), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		f.Add(at.Unix(), at.Nanosecond(), 3600)
	}
	f.Add(time.Date(-1, 1, 1, 0, 0, 0, 1, time.UTC).Unix(), 1, -3600)
	f.Add(time.Date(0, 1, 1, 0, 0, 0, 1_000, time.UTC).Unix(), 10, 0)
	f.Fuzz(func(t *testing.T, seconds int64, nanoseconds, offset int) {
		at := time.Unix(seconds, int64(nanoseconds)).In(time.FixedZone("there", offset%100_000))
		if got, want := string(AppendUTC([]byte("at "), at.Unix(), at.Nanosecond())), at.UTC().Format("at "+time.RFC3339Nano); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestAppendUTCs goes through years by steps that share no factor with a day.
func TestAppendUTCs(t *testing.T) {
	t.Parallel()
	step := 13*time.Hour + 47*time.Minute + 13*time.Second
	for at := time.Date(-2, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 10_002; at = at.Add(step) {
		at := at.Add(time.Duration(at.Unix()&1023) * 1_000_100)
		if got, want := string(AppendUTC(nil, at.Unix(), at.Nanosecond())), at.Format(time.RFC3339Nano); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		if step += 7 * time.Hour; step > 1000*time.Hour {
			step = 13*time.Hour + time.Nanosecond
		}
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("east", 3600))
	for want, got := range map[string][]byte{
		marshaled(graphql.MarshalInt(-7)):                     AppendInt(nil, -7),
		marshaled(graphql.MarshalInt64(math.MaxInt64)):        AppendInt(nil, int64(math.MaxInt64)),
		marshaled(graphql.MarshalBoolean(true)):               AppendBool(nil, true),
		marshaled(graphql.MarshalTime(at)):                    first(AppendTime(nil, at)),
		marshaled(graphql.MarshalFloat(1e300)):                first(AppendFloat(nil, 1e300)),
		marshaled(graphql.MarshalFloat(0.1)):                  first(AppendFloat(nil, 0.1)),
		"before" + marshaled(graphql.MarshalAny([]int{1, 2})): first(AppendMarshaler([]byte("before"), graphql.MarshalAny([]int{1, 2}))),
	} {
		if string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for name, err := range map[string]error{
		"the zero time": second(AppendTime(nil, time.Time{})), "infinity": second(AppendFloat(nil, math.Inf(1))), "no number": second(AppendFloat(nil, math.NaN())),
		"null": second(AppendMarshaler(nil, graphql.Null)),
	} {
		if err == nil {
			t.Errorf("%s is written", name)
		}
	}
}

func first(b []byte, _ error) []byte { return b }

func second(_ []byte, err error) error { return err }
