package relay_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"atelier/domain"
	"atelier/relay"
)

func wantCode(t *testing.T, what string, err error, code domain.Code) {
	t.Helper()
	if err == nil || domain.CodeOf(err) != code {
		t.Errorf("%s: got %v (%s), want %s", what, err, domain.CodeOf(err), code)
	}
}

var nodeTypes = []string{
	relay.TypeUser, relay.TypeMidjourneyTask, relay.TypeFluxTask, relay.TypeDreamworkTask, relay.TypeChat, relay.TypeMessage,
	relay.TypeFile, relay.TypeGeneratedFile, relay.TypeCreditLog, relay.TypeModel, relay.TypeAIService,
}

func TestIDsOfEveryTypeComeBack(t *testing.T) {
	t.Parallel()
	keys := []string{"a", "ebde6552-b924-4724-a30b-2cf343e4b472", "with:colons:in it", ":", "Ümlaut 你好 😀", strings.Repeat("k", 200)}
	for _, typeName := range nodeTypes {
		for _, key := range keys {
			id := relay.ID{Type: typeName, Key: key}
			if got, err := relay.ParseID(id.Encode()); err != nil || got != id {
				t.Errorf("%+v came back as %+v, %v", id, got, err)
			}
		}
	}
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

var malformedIDs = map[string]string{
	"empty":           "",
	"not base64":      "User:a",
	"plain key":       "ebde6552-b924-4724-a30b-2cf343e4b472",
	"no type":         encoded(":a"),
	"no key":          encoded("User:"),
	"no colon":        encoded("User"),
	"unknown type":    encoded("Task:a"),
	"type's case":     encoded("user:a"),
	"space":           encoded(" User:a"),
	"NUL":             encoded("User:a\x00b"),
	"not UTF-8":       encoded("User:\xff"),
	"padded":          base64.URLEncoding.EncodeToString([]byte("User:ab")),
	"other alphabet":  base64.RawStdEncoding.EncodeToString([]byte("User:~~~???")),
	"line break":      encoded("User:abcdef")[:4] + "\n" + encoded("User:abcdef")[4:],
	"carriage return": encoded("User:abc") + "\r",
	"trailing bits":   "VXNlcjp9", // Spoilt below.
	"too long":        encoded("User:" + strings.Repeat("k", 300)),
}

func TestMalformedIDs(t *testing.T) {
	t.Parallel()
	id := relay.ID{Type: relay.TypeUser, Key: "ab"}.Encode()
	malformedIDs["trailing bits"] = id[:len(id)-1] + string(id[len(id)-1]+1)
	for name, text := range malformedIDs {
		got, err := relay.ParseID(text)
		wantCode(t, name, err, domain.InvalidID)
		if got != (relay.ID{}) {
			t.Errorf("%s: got %+v beside the error", name, got)
		}
	}
	for _, v := range []any{1, 1.5, nil, true, []any{"a"}, map[string]any{}} {
		var id relay.ID
		wantCode(t, "not a string", id.UnmarshalGQL(v), domain.InvalidID)
	}
}

func TestIDsInJSON(t *testing.T) {
	t.Parallel()
	id := relay.ID{Type: relay.TypeChat, Key: `"quoted"`}
	var out strings.Builder
	id.MarshalGQL(&out)
	var back relay.ID
	if err := back.UnmarshalGQL(strings.Trim(out.String(), `"`)); err != nil || back != id || strings.ContainsAny(strings.Trim(out.String(), `"`), "\"\\\n") {
		t.Errorf("%s: %+v, %v", out.String(), back, err)
	}
}

// An id of one type is no key of another, whichever two.
func TestKeysAreOfTheirType(t *testing.T) {
	t.Parallel()
	readers := map[string]func(relay.ID) (string, error){
		relay.TypeUser: asText(relay.UserKey), relay.TypeChat: asText(relay.ChatKey), relay.TypeMessage: asText(relay.MessageKey), relay.TypeFile: asText(relay.FileKey),
		relay.TypeGeneratedFile: asText(relay.GeneratedFileKey), relay.TypeCreditLog: asText(relay.CreditLogKey), relay.TypeModel: asText(relay.ModelKey), relay.TypeAIService: asText(relay.AIServiceKey),
	}
	for _, typeName := range nodeTypes {
		id := relay.ID{Type: typeName, Key: "k"}
		for of, read := range readers {
			key, err := read(id)
			if of == typeName && (err != nil || key != "k") {
				t.Errorf("the key of a %s: %q, %v", of, key, err)
			}
			if of != typeName {
				wantCode(t, typeName+" as "+of, err, domain.InvalidID)
			}
		}
	}
}

func asText[K ~string](read func(relay.ID) (K, error)) func(relay.ID) (string, error) {
	return func(id relay.ID) (string, error) {
		key, err := read(id)
		return string(key), err
	}
}

func TestTaskIDs(t *testing.T) {
	t.Parallel()
	for _, service := range domain.Services() {
		id := domain.TaskID{Service: service, Key: "k"}
		if got, err := relay.TaskKey(relay.TaskID(id)); err != nil || got != id {
			t.Errorf("%+v came back as %+v, %v", id, got, err)
		}
	}
	_, err := relay.TaskKey(relay.ID{Type: relay.TypeUser, Key: "k"})
	wantCode(t, "a user's id", err, domain.InvalidID)
	defer func() {
		if recover() == nil {
			t.Error("a task of no service has an id")
		}
	}()
	relay.TaskID(domain.TaskID{Service: "sora", Key: "k"})
}

// What parses was issued by this server, and is spelled in one way.
func FuzzParseID(f *testing.F) {
	for _, text := range malformedIDs {
		f.Add(text)
	}
	for _, typeName := range nodeTypes {
		f.Add(relay.ID{Type: typeName, Key: "ebde6552-b924-4724-a30b-2cf343e4b472"}.Encode())
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := relay.ParseID(text)
		if err != nil {
			wantCode(t, text, err, domain.InvalidID)
			return
		}
		if id.Encode() != text || id.Key == "" || strings.ContainsRune(id.Key, 0) {
			t.Errorf("%q is %+v, which is %q", text, id, id.Encode())
		}
	})
}
