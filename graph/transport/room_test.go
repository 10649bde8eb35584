package transport

import (
	"context"
	"net/http"
	"runtime"
	"testing"

	"atelier/graph/document"
)

func TestSmallAnswersNeedNoRoom(t *testing.T) {
	r := newRoom(smallWeight)
	for range 100 {
		if _, refused := r.enter(t.Context(), smallWeight); refused != nil {
			t.Fatalf("%v", refused.errs)
		}
	}
}

// TestLargeAnswersShareTheRoom: one waits until another has left.
func TestLargeAnswersShareTheRoom(t *testing.T) {
	r := newRoom(100_000)
	leave, refused := r.enter(t.Context(), 60_000)
	if refused != nil {
		t.Fatal(refused.errs)
	}
	entered := make(chan func())
	go func() {
		leave, _ := r.enter(t.Context(), 60_000)
		entered <- leave
	}()
	for r.waiting.Load() == 0 {
		runtime.Gosched()
	}
	select {
	case <-entered:
		t.Fatal("two entered where there is room for one")
	default:
	}
	leave()
	(<-entered)()
	if _, refused := r.enter(t.Context(), 1<<40); refused != nil { // One that is larger than the room has it alone.
		t.Fatal(refused.errs)
	}
}

func TestWaitingForRoomEnds(t *testing.T) {
	r := newRoom(100_000)
	_, _ = r.enter(t.Context(), 100_000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, refused := r.enter(ctx, 50_000); refused == nil || refused.errs[0].Extensions["code"] != "TIMEOUT" {
		t.Errorf("%+v", refused)
	}
	if r.waiting.Load() != 0 {
		t.Errorf("%d wait still", r.waiting.Load())
	}
}

// TestFewWaitForRoom: whoever waits takes a place of those at work.
func TestFewWaitForRoom(t *testing.T) {
	r := newRoom(100_000)
	_, _ = r.enter(t.Context(), 100_000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range maxWaiting {
		go func() { _, _ = r.enter(ctx, 50_000) }()
	}
	for r.waiting.Load() < maxWaiting {
		runtime.Gosched()
	}
	_, refused := r.enter(ctx, 50_000)
	if refused == nil || refused.status != http.StatusServiceUnavailable || refused.headers["Retry-After"] == "" || refused.errs[0].Extensions["code"] != "OVERLOADED" {
		t.Errorf("%+v", refused)
	}
}

func TestWeight(t *testing.T) {
	if got := weightOf(document.Cost{Values: 300, Objects: 20, Points: 7}); got != 500 {
		t.Errorf("%d", got)
	}
}
