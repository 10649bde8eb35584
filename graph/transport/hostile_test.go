package transport_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/graph/transport"
)

const (
	maxRefusal = 4096 // Bytes of an answer that refuses.
	maxRefused = 10   // Errors in it.
	maxTold    = 260  // Bytes of a message; what it repeats of the request is less.
	// maxCPU is generous, since tests run beside others and under the race detector: the goal is 50 ms.
	maxCPU = time.Second
)

// TestHostile sends all hostile requests: each is refused with its code, in few words and in little time. With -v it
// prints what each class took at most.
func TestHostile(t *testing.T) {
	handler := newHandler(transport.Settings{})
	worst := map[string]spent{}
	for _, h := range corpus(t) {
		t.Run(h.Class+"/"+h.Name, func(t *testing.T) {
			body := h.body()
			checkRefusal(t, h, serve(t, handler, h.request(t, body)))
			took := measure(t, handler, h, body)
			if took.cpu > maxCPU {
				t.Errorf("%v of CPU", took.cpu)
			}
			worst[h.Class] = worst[h.Class].or(took)
			t.Log(took)
		})
	}
	for _, class := range slices.Sorted(maps.Keys(worst)) {
		t.Logf("%-14s %s", class, worst[class])
	}
}

func checkRefusal(t *testing.T, h hostile, got reply) {
	t.Helper()
	if code := got.code(); code != h.Want && (h.Want == "" || !slices.Contains(strings.Split(h.Want, "|"), code)) {
		t.Errorf("the code is %q, want %q\n%.300s", code, h.Want, got.body)
	}
	if h.Want == "" {
		return
	}
	if len(got.body) > maxRefusal || len(got.Errors) > maxRefused {
		t.Errorf("the answer has %d bytes and %d errors", len(got.body), len(got.Errors))
	}
	for _, e := range got.Errors {
		if len(e.Message) > maxTold || e.Extensions["code"] == nil {
			t.Errorf("an error of %d bytes, with the code %v", len(e.Message), e.Extensions["code"])
		}
	}
	if isOfField := h.Want == "INVALID_ID"; got.Data != nil && !isOfField {
		t.Errorf("a refusal has no data: %.300s", got.body)
	}
}
