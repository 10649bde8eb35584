package transport_test

import (
	"strings"
	"testing"

	"atelier/graph/transport"
)

// TestErrorsAreFew has one failure under many names, by either executor: null stands for each, and the last error counts those that are not listed.
func TestErrorsAreFew(t *testing.T) {
	s := newServed(t, transport.Settings{}, t.Output())
	if _, err := s.open(t).ExecContext(t.Context(), `ALTER TABLE chat RENAME TO hidden_table`); err != nil {
		t.Fatal(err)
	}
	const chats = `a:chats{nodes{id}} b:chats{nodes{id}} c:chats{nodes{id}} d:chats{nodes{id}} e:chats{nodes{id}}`
	for name, begin := range map[string]string{"ours": "{", "generated": "{__schema{queryType{name}}"} {
		got := post(t, s, `{"query":"`+begin+`users(first:50){nodes{id `+chats+`}}}"}`)
		if len(got.Errors) != 201 {
			t.Fatalf("%s: %d errors: %.500s", name, len(got.Errors), got.body)
		}
		last := got.Errors[200]
		if last.Extensions["code"] != "MORE_ERRORS" || last.Extensions["more"] != 50.0 {
			t.Errorf("%s: the last is %v", name, last)
		}
		if nulls := strings.Count(string(got.Data), ":null"); nulls != 250 {
			t.Errorf("%s: %d places are null: %.500s", name, nulls, got.Data)
		}
	}
}
