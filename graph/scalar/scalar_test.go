package scalar_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/graph/scalar"
	"atelier/relay"
)

func written(m graphql.Marshaler) string {
	var out strings.Builder
	m.MarshalGQL(&out)
	return out.String()
}

// wantRefused wants a coded error that does not repeat the input, and no value beside it.
func wantRefused[T comparable](t *testing.T, v any, got T, err error, code domain.Code) {
	t.Helper()
	var none T
	if err == nil || domain.CodeOf(err) != code || got != none {
		t.Errorf("%v (%T): got %v, %v (%s), want %s", v, v, got, err, domain.CodeOf(err), code)
	}
	if text, ok := v.(string); ok && err != nil && len(text) > 8 && strings.Contains(err.Error(), text) {
		t.Errorf("the error repeats %q", text)
	}
}

// notStrings are values of the other kinds that a client may send.
var notStrings = []any{nil, true, int64(1), 1, 1.5, json.Number("1"), []any{"a"}, map[string]any{"a": "b"}}

func TestMarshalDateTime(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	for want, at := range map[string]time.Time{
		`"2026-05-01T12:00:00Z"`:        time.Date(2026, 5, 1, 14, 0, 0, 0, east),
		`"2026-05-01T12:00:00.5Z"`:      time.Date(2026, 5, 1, 12, 0, 0, 500_000_000, time.UTC),
		`"2026-05-01T12:00:00.123456Z"`: time.Date(2026, 5, 1, 12, 0, 0, 123_456_789, time.UTC),
		`"0001-01-01T00:00:00Z"`:        {},
	} {
		if got := written(scalar.MarshalDateTime(at)); got != want {
			t.Errorf("%v: %s, want %s", at, got, want)
		}
		if got := string(scalar.AppendDateTime(nil, at)); got != want {
			t.Errorf("%v: appended %s, want %s", at, got, want)
		}
	}
}

var dateTimes = map[string]string{
	"2026-05-01T12:00:00Z": "2026-05-01T12:00:00Z", "2026-05-01T14:00:00+02:00": "2026-05-01T12:00:00Z", "2026-05-01T12:00:00.123456789Z": "2026-05-01T12:00:00.123456Z", "2024-02-29T00:00:00-00:00": "2024-02-29T00:00:00Z",
	"0001-01-01T00:00:00Z": "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999Z",
	"": "", "now": "", "2026-05-01": "", "2026-05-01 12:00:00Z": "", "2026-05-01T12:00:00": "", "2026-13-01T12:00:00Z": "", "2025-02-29T00:00:00Z": "", "2026-05-01T24:00:00Z": "", "12026-05-01T12:00:00Z": "", "1777636800": "",
	"0000-05-01T12:00:00Z": "", "0001-01-01T00:00:00+01:00": "", "9999-12-31T23:59:59-01:00": "", "2026-05-01T12:00:00Z ": "", "2026-05-01T12:00:00+99:00": "",
}

func TestUnmarshalDateTime(t *testing.T) {
	t.Parallel()
	for text, want := range dateTimes {
		got, err := scalar.UnmarshalDateTime(text)
		if want == "" {
			wantRefused(t, text, got, err, domain.InvalidArgument)
		} else if err != nil || got.Format(time.RFC3339Nano) != want || got.Location() != time.UTC {
			t.Errorf("%s: %v, %v; want %s", text, got, err, want)
		}
	}
	for _, v := range notStrings {
		got, err := scalar.UnmarshalDateTime(v)
		wantRefused(t, v, got, err, domain.InvalidArgument)
	}
}

// A moment that was read is written as one that is read the same.
func FuzzDateTime(f *testing.F) {
	for text := range dateTimes {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := scalar.UnmarshalDateTime(text)
		if err != nil {
			wantRefused(t, text, at, err, domain.InvalidArgument)
			return
		}
		if at.Year() < 1 || at.Year() > 9999 || at.Nanosecond()%1000 != 0 {
			t.Errorf("%q is %v", text, at)
		}
		again, err := scalar.UnmarshalDateTime(strings.Trim(written(scalar.MarshalDateTime(at)), `"`))
		if err != nil || again != at {
			t.Errorf("%q is %v, which came back as %v, %v", text, at, again, err)
		}
	})
}

func TestInt(t *testing.T) {
	t.Parallel()
	for _, v := range []any{7, int64(7), json.Number("7")} {
		if got, err := scalar.UnmarshalInt(v); err != nil || got != 7 {
			t.Errorf("%v (%T): %d, %v", v, v, got, err)
		}
	}
	for _, v := range []any{math.MaxInt32, int64(math.MinInt32), json.Number("-2147483648"), json.Number("2147483647")} {
		if got, err := scalar.UnmarshalInt(v); err != nil || strconv.Itoa(got) != written(scalar.MarshalInt(got)) {
			t.Errorf("%v (%T): %d, %v", v, v, got, err)
		}
	}
	for _, v := range []any{nil, "7", true, 7.0, 7.5, math.MaxInt32 + 1, int64(math.MinInt32 - 1), json.Number("2147483648"), json.Number("7.0"), json.Number("1e3"), json.Number(""), json.Number("0x7"), []any{7}} {
		got, err := scalar.UnmarshalInt(v)
		wantRefused(t, v, got, err, domain.InvalidArgument)
	}
	if big := written(scalar.MarshalInt(math.MaxInt)) + written(scalar.MarshalInt(math.MinInt)); big != "2147483647-2147483648" {
		t.Error(big)
	}
}

// A number is accepted as what it is, or refused.
func FuzzInt(f *testing.F) {
	for _, text := range []string{"0", "-1", "2147483647", "2147483648", "-2147483649", "1.0", "1e3", "007", "+1", "", " 1", "0x1", "1_000", "99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, invalid := strconv.ParseInt(text, 10, 32)
		got, err := scalar.UnmarshalInt(json.Number(text))
		if (err == nil) != (invalid == nil) || err == nil && int64(got) != want {
			t.Errorf("%q: %d, %v; want %d, %v", text, got, err, want, invalid)
		}
		long, invalid := strconv.ParseInt(text, 10, 64)
		for _, v := range []any{text, json.Number(text)} {
			got, err := scalar.UnmarshalInt64(v)
			if (err == nil) != (invalid == nil) || err == nil && (got != long || written(scalar.MarshalInt64(got)) != `"`+strconv.FormatInt(long, 10)+`"`) {
				t.Errorf("%q: %d, %v; want %d, %v", text, got, err, long, invalid)
			}
		}
	})
}

func TestInt64(t *testing.T) {
	t.Parallel()
	for _, v := range []any{"9007199254740993", json.Number("9007199254740993"), 9007199254740993, int64(9007199254740993)} {
		if got, err := scalar.UnmarshalInt64(v); err != nil || written(scalar.MarshalInt64(got)) != `"9007199254740993"` {
			t.Errorf("%v (%T): %d, %v", v, v, got, err)
		}
	}
	for _, v := range []any{nil, true, 1.0, "", "1.0", " 1", "9223372036854775808", "-9223372036854775809", json.Number("1e3"), []any{"1"}} {
		got, err := scalar.UnmarshalInt64(v)
		wantRefused(t, v, got, err, domain.InvalidArgument)
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "Ümlaut 你好 😀", "line\nbreak\ttab", `"quoted" \ back`, "\u2028", "\x01", "<script>"} {
		got, err := scalar.UnmarshalString(text)
		var back string
		if bad := json.Unmarshal([]byte(written(scalar.MarshalString(got))), &back); err != nil || got != text || bad != nil || back != text {
			t.Errorf("%q: %q, %v, %q, %v", text, got, err, back, bad)
		}
	}
	for _, v := range append(notStrings, "a\x00b", "\xff", "\xed\xa0\x80") {
		got, err := scalar.UnmarshalString(v)
		wantRefused(t, v, got, err, domain.InvalidArgument)
	}
}

// A string that is accepted is one that PostgreSQL can keep, and comes out as it went in.
func FuzzString(f *testing.F) {
	for _, text := range []string{"", "a", "\x00", "\xff", "你好", "\"\\\n", "\ufffd", "\u2028"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := scalar.UnmarshalString(text)
		if valid := utf8.ValidString(text) && !strings.ContainsRune(text, 0); valid != (err == nil) {
			t.Fatalf("%q: %q, %v", text, got, err)
		}
		var back string
		if err == nil && (json.Unmarshal([]byte(written(scalar.MarshalString(got))), &back) != nil || got != text || back != text) {
			t.Errorf("%q came back as %q", text, back)
		}
	})
}

// ids are the scalars of the types, each reading what it writes and nothing else.
var ids = map[string]struct {
	write func(key string) graphql.Marshaler
	read  func(v any) (string, error)
}{
	relay.TypeUser:          id(scalar.MarshalUserID, scalar.UnmarshalUserID),
	relay.TypeChat:          id(scalar.MarshalChatID, scalar.UnmarshalChatID),
	relay.TypeMessage:       id(scalar.MarshalMessageID, scalar.UnmarshalMessageID),
	relay.TypeFile:          id(scalar.MarshalFileID, scalar.UnmarshalFileID),
	relay.TypeGeneratedFile: id(scalar.MarshalGeneratedFileID, scalar.UnmarshalGeneratedFileID),
	relay.TypeCreditLog:     id(scalar.MarshalCreditLogID, scalar.UnmarshalCreditLogID),
	relay.TypeModel:         id(scalar.MarshalModelID, scalar.UnmarshalModelID),
	relay.TypeAIService:     id(scalar.MarshalAIServiceID, scalar.UnmarshalAIServiceID),
}

func id[K ~string](write func(K) graphql.Marshaler, read func(any) (K, error)) struct {
	write func(key string) graphql.Marshaler
	read  func(v any) (string, error)
} {
	return struct {
		write func(key string) graphql.Marshaler
		read  func(v any) (string, error)
	}{
		func(key string) graphql.Marshaler { return write(K(key)) },
		func(v any) (string, error) {
			key, err := read(v)
			return string(key), err
		},
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for typeName, scalar := range ids {
		text := strings.Trim(written(scalar.write("k:1")), `"`)
		if want := (relay.ID{Type: typeName, Key: "k:1"}).Encode(); text != want {
			t.Errorf("%s: %s, want %s", typeName, text, want)
		}
		for of, other := range ids {
			key, err := other.read(text)
			if of == typeName && (err != nil || key != "k:1") {
				t.Errorf("%s: %q, %v", typeName, key, err)
			}
			if of != typeName {
				wantRefused(t, text, key, err, domain.InvalidID)
			}
		}
		for _, v := range append(notStrings, "", "k:1", text+"=", text[1:]) {
			key, err := scalar.read(v)
			wantRefused(t, v, key, err, domain.InvalidID)
		}
	}
}

func TestTaskIDs(t *testing.T) {
	t.Parallel()
	for _, service := range domain.Services() {
		id := domain.TaskID{Service: service, Key: "t"}
		if got, err := scalar.UnmarshalTaskID(strings.Trim(written(scalar.MarshalTaskID(id)), `"`)); err != nil || got != id {
			t.Errorf("%+v came back as %+v, %v", id, got, err)
		}
	}
	user := relay.ID{Type: relay.TypeUser, Key: "u"}.Encode()
	got, err := scalar.UnmarshalTaskID(user)
	wantRefused(t, user, got, err, domain.InvalidID)
}
