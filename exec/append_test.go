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
