package transport

import (
	"context"
	"net/http"
	"runtime"
	"testing"
	"time"

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

// points is a budget that holds no more than 10 points.
type points struct{ left int }

func (p *points) Take(_ *http.Request, points int) (taken, remaining int, wait time.Duration) {
	taken = min(points, 10)
	p.left -= taken
	return taken, p.left, 0
}

func (p *points) Return(_ *http.Request, points int) int {
	p.left += points
	return p.left
}

// TestPointsComeBackWhereThereIsNoRoom: nothing was done for them.
func TestPointsComeBackWhereThereIsNoRoom(t *testing.T) {
	full := newRoom(100_000)
	_, _ = full.enter(t.Context(), 100_000)
	p := &points{10}
	a := &answer{Transport: &Transport{Settings: Settings{Budget: p}, room: full}, cost: document.Cost{Points: 7, Values: 50_000}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if refused := a.charge(); refused != nil || p.left != 3 {
		t.Fatalf("charged: %d points left", p.left)
	}
	if _, refused := a.execute(ctx, nil); refused == nil || p.left != 10 || a.left != 10 {
		t.Errorf("refused: %v; %d points left", refused != nil, p.left)
	}
}

// TestNoMoreComesBackThanWasTaken, where an operation costs more than the whole budget holds.
func TestNoMoreComesBackThanWasTaken(t *testing.T) {
	for used, left := range map[int]int{0: 10, 4: 6, 10: 0, 30: 0} {
		p := &points{10}
		a := &answer{Transport: &Transport{Settings: Settings{Budget: p}}, cost: document.Cost{Points: 50}}
		_ = a.charge()
		a.settle(used)
		a.settle(used)
		if p.left != left {
			t.Errorf("%d of 50 points were used: %d of 10 left, want %d", used, p.left, left)
		}
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
