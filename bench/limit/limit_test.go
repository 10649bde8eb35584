package limit

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"atelier/domain"
	"atelier/relay"
)

func TestTextsAreEscapedAsTheServerDoes(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for c := range rune(0x80) {
		all.WriteRune(c)
	}
	for _, text := range []string{"", "plain", `"quoted" \ back`, all.String(), "未来城市 <&> \u2028 🎨"} {
		var want strings.Builder
		graphql.MarshalString(text).MarshalGQL(&want)
		got := appendText(nil, text)
		if string(got) != want.String() || !json.Valid(got) {
			t.Errorf("%q: got %s, want %s", text, got, want.String())
		}
	}
}

func TestCursorsAreTheServers(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)
	scope := relay.NewScope("User.tasks", "", "", "", "SUBMITTED_AT", "DESC")
	want := relay.EncodeCursor(scope, domain.Position{At: at, ID: "an id", Service: domain.Flux})
	got := strings.Trim(string(taskList.appendCursor(nil, at, "an id", "flux")), `"`)
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if read, err := taskList.read(got); err != nil || read != (place{at, "an id", "flux"}) {
		t.Errorf("read as %+v, %v", read, err)
	}
	for _, broken := range []string{"", "AAAA", got[:len(got)-2], "B" + got[1:]} {
		if _, err := taskList.read(broken); err == nil {
			t.Errorf("%q was taken for a cursor", broken)
		}
	}
	if _, err := userList.read(got); err == nil {
		t.Error("a cursor of tasks was taken for one of users")
	}
}

func TestArrays(t *testing.T) {
	t.Parallel()
	for want, keys := range map[string][]string{
		`{}`: nil, `{"a"}`: {"a"}, `{"a","b\"c","d\\e"}`: {"a", `b"c`, `d\e`},
	} {
		var array []byte
		for _, key := range keys {
			array = appendElement(array, key)
		}
		if got := closedArray(array); got != want {
			t.Errorf("%q: got %s, want %s", keys, got, want)
		}
	}
}

// numericOf is a numeric as PostgreSQL sends it.
func numericOf(power int16, sign uint16, digits ...int16) []byte {
	out := binary.BigEndian.AppendUint16(nil, uint16(len(digits)))
	out = binary.BigEndian.AppendUint16(out, uint16(power))
	out = binary.BigEndian.AppendUint16(out, sign)
	out = binary.BigEndian.AppendUint16(out, 4)
	for _, d := range digits {
		out = binary.BigEndian.AppendUint16(out, uint16(d))
	}
	return out
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for want, value := range map[string][]byte{
		"0.0000": numericOf(0, 0), "12345.6789": numericOf(1, 0, 1, 2345, 6789), "0.0500": numericOf(-1, 0, 500), "10000.0000": numericOf(1, 0, 1),
		"-3.5000": numericOf(0, 0x4000, 3, 5000), "49.1500": numericOf(0, 0, 49, 1500), "100000000.0001": numericOf(2, 0, 1, 0, 0, 1), "": nil,
	} {
		var a amount
		a.put(value)
		if a.value != want {
			t.Errorf("got %q, want %q", a.value, want)
		}
	}
}

func TestRecordsThatAreNone(t *testing.T) {
	t.Parallel()
	var a, b text
	whole := append([]byte{0, 0, 0, 2, 0, 0, 0, 25, 0, 0, 0, 1, 'x'}, 0, 0, 0, 25, 255, 255, 255, 255)
	if err := readRecord(whole, []column{&a, &b}); err != nil || a.value != "x" || a.isNull || !b.isNull {
		t.Errorf("%+v, %+v, %v", a, b, err)
	}
	for i := range whole {
		if err := readRecord(whole[:i], []column{&a, &b}); err == nil {
			t.Errorf("%d of %d bytes were taken for a record", i, len(whole))
		}
	}
	if err := readRecord(whole, []column{&a}); err == nil {
		t.Error("two columns were taken for one")
	}
}
