package relay_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"atelier/domain"
	"atelier/relay"
)

var (
	scope = relay.NewScope("tasks", "flux", "DESC")
	place = domain.Position{At: time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC), Text: "Ümlaut", ID: "ebde6552", Service: domain.Flux}
)

func TestCursorsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Texts are what PostgreSQL can hold, and times too: from 4713 BC to 294276 AD.
		text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 }))
		p := domain.Position{
			At:   time.UnixMicro(rapid.Int64Range(time.Date(-4712, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), math.MaxInt64).Draw(t, "micros")).UTC(),
			Text: text.Draw(t, "text"), ID: text.Draw(t, "id"), Service: domain.Service(text.Draw(t, "service")),
		}
		of := relay.NewScope(text.Draw(t, "list"), rapid.SliceOf(text).Draw(t, "parts")...)
		if cursor := relay.EncodeCursor(of, p); len(cursor) <= 2048 {
			if got, err := relay.DecodeCursor(of, cursor); err != nil || got != p {
				t.Fatalf("%+v came back as %+v, %v", p, got, err)
			}
		}
	})
}

func TestCursorsHaveMicroseconds(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 3600)
	got, err := relay.DecodeCursor(scope, relay.EncodeCursor(scope, domain.Position{At: place.At.In(east).Add(999), ID: "a"}))
	if err != nil || got.At != place.At {
		t.Errorf("%v, %v", got.At, err)
	}
	if got, err := relay.DecodeCursor(scope, relay.EncodeCursor(scope, domain.Position{Text: "name", ID: "a"})); err != nil || got.Text != "name" || got.At.UnixMicro() != 0 {
		t.Errorf("without a time: %+v, %v", got, err)
	}
}

// No two lists, orders or filters share a scope, however their parts are put together.
func TestScopesDoNotCollide(t *testing.T) {
	t.Parallel()
	scopes := []relay.Scope{
		relay.NewScope("a"), relay.NewScope("b"), relay.NewScope("a", ""), relay.NewScope("a", "", ""), relay.NewScope("a", "b"), relay.NewScope("a", "b", ""),
		relay.NewScope("a", "", "b"), relay.NewScope("ab"), relay.NewScope("a", `b" "c`), relay.NewScope("a", "b", "c"), relay.NewScope(`a["b"`), relay.NewScope(`a["b"]`), relay.NewScope("a", "\x00"), relay.NewScope("a", "b c"),
	}
	for i, from := range scopes {
		for j, to := range scopes {
			_, err := relay.DecodeCursor(to, relay.EncodeCursor(from, place))
			if i == j && err != nil {
				t.Errorf("%q: %v", from, err)
			}
			if i != j {
				wantCode(t, fmt.Sprintf("%q in %q", from, to), err, domain.InvalidCursor)
			}
		}
	}
}

// Every change of a single character, and every cut, is noticed, however many bits the last character has to spare.
func TestTamperedCursors(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \r\n"
	for _, id := range []string{"e", "eb", "ebd"} {
		cursor := relay.EncodeCursor(scope, domain.Position{At: place.At, ID: id})
		for i := range cursor {
			wantRefused(t, cursor[:i])
			wantRefused(t, cursor[:i]+cursor[i+1:])
			for _, c := range alphabet {
				if byte(c) != cursor[i] {
					wantRefused(t, cursor[:i]+string(c)+cursor[i+1:])
				}
				wantRefused(t, cursor[:i]+string(c)+cursor[i:])
			}
		}
		wantRefused(t, cursor+cursor)
		wantRefused(t, cursor+"=")
	}
}

func TestForeignCursors(t *testing.T) {
	t.Parallel()
	for _, foreign := range []string{"", "YXJyYXljb25uZWN0aW9uOjA=", "1", "null", strings.Repeat("A", 10_000), relay.ID{Type: relay.TypeUser, Key: "a"}.Encode()} {
		wantRefused(t, foreign)
	}
}

func wantRefused(t *testing.T, cursor string) {
	t.Helper()
	got, err := relay.DecodeCursor(scope, cursor)
	if domain.CodeOf(err) != domain.InvalidCursor || got != (domain.Position{}) {
		t.Errorf("%q: %+v, %v", cursor, got, err)
	}
}

// The digest is no secret, so what it covers may still be nothing that a list of ours has: NUL and times that PostgreSQL
// cannot hold, bytes that are no text.
func TestForgedCursors(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]domain.Position{
		"NUL in the id":      {At: place.At, ID: "a\x00"},
		"NUL in the text":    {At: place.At, ID: "a", Text: "\x00"},
		"NUL in the service": {At: place.At, ID: "a", Service: "\x00"},
		"not UTF-8":          {At: place.At, ID: "\xff"},
		"before all times":   {At: time.UnixMicro(math.MinInt64), ID: "a"},
		"before 4713 BC":     {At: time.Date(-4713, 11, 23, 23, 59, 59, 0, time.UTC), ID: "a"},
		"too long":           {At: place.At, ID: strings.Repeat("a", 2000)},
	} {
		got, err := relay.DecodeCursor(scope, relay.EncodeCursor(scope, p))
		wantCode(t, name, err, domain.InvalidCursor)
		if got != (domain.Position{}) {
			t.Errorf("%s: got %+v beside the error", name, got)
		}
	}
}

func TestCursorsOfAnotherVersion(t *testing.T) {
	t.Parallel()
	raw, err := base64.RawURLEncoding.DecodeString(relay.EncodeCursor(scope, place))
	if err != nil || raw[0] != 1 {
		t.Fatalf("version %d, %v", raw[0], err)
	}
	for version := range 256 {
		if raw[0] = byte(version); version != 1 {
			wantRefused(t, base64.RawURLEncoding.EncodeToString(raw))
		}
	}
}

// What decodes was encoded for this scope, by this version: encoding it again gives the same.
func FuzzDecodeCursor(f *testing.F) {
	f.Add(relay.EncodeCursor(scope, place), "", "")
	f.Add(relay.EncodeCursor(scope, domain.Position{}), "a", "b")
	f.Add(relay.EncodeCursor(scope, place)[1:], "\x00", "\xff")
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, cursor, id, text string) {
		if got, err := relay.DecodeCursor(scope, cursor); err == nil {
			if again := relay.EncodeCursor(scope, got); again != cursor {
				t.Errorf("%q is %+v, which is %q", cursor, got, again)
			}
		} else if domain.CodeOf(err) != domain.InvalidCursor {
			t.Errorf("%q: %v", cursor, err)
		}
		p := domain.Position{At: place.At, ID: id, Text: text}
		got, err := relay.DecodeCursor(scope, relay.EncodeCursor(scope, p))
		holds := func(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
		if fits := len(id)+len(text) < 1400; err == nil && got != p || err != nil && fits && holds(id) && holds(text) {
			t.Errorf("%+v came back as %+v, %v", p, got, err)
		}
		if !slices.ContainsFunc([]string{id, text}, func(s string) bool { return !holds(s) }) {
			return
		}
		if err == nil {
			t.Errorf("%+v is no place", p)
		}
	})
}
