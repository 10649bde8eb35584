package limit

import (
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
