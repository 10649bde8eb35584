package exec_test

import (
	"context"
	"strings"
	"testing"

	"atelier/exec/internal/shop"
)

// TestAStandInIsNotAwaited lets the resolver of the root wait for the relation of its object: that is asked at the same time.
func TestAStandInIsNotAwaited(t *testing.T) {
	t.Parallel()
	s, asked := newServer(false), make(chan string, 10)
	s.shop.Before = func(ctx context.Context, call string) {
		if strings.HasPrefix(call, "Customer.friend [a]") {
			asked <- call
		}
		if call == "Query.customer a" {
			select {
			case <-asked:
			case <-ctx.Done():
			}
		}
	}
	data, errs := s.ask(t.Context(), t, `{ customer(id: "a") { name friend { id } } }`, nil)
	if !strings.Contains(data, `"friend":{"id":"friend of a"}`) || errs != nil {
		t.Errorf("got %s, %q", data, errs)
	}
}

// TestAStandInPassesTheGates closes the one of the root, or the one of the relation: nothing is asked.
func TestAStandInPassesTheGates(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"asks loudly": "Query.customer a", "customer": ""} {
		s := newServer(false)
		ctx := shop.Closed(t.Context(), func(closed string, _ any) bool { return closed == word })
		s.ask(ctx, t, `{ customer(id: "a") { likes { id } } }`, nil)
		if got := strings.Join(s.shop.Calls(), " "); got != want {
			t.Errorf("%s: called %q, want %q", word, got, want)
		}
	}
}
