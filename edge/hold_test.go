package edge

import (
	"slices"
	"testing"
	"time"
)

// heldBy takes bytes from a hold, and tells whether it got them, and later whether it was cut off.
func heldBy(h *hold, bytes int64) (give func(), isCut *bool, ok bool) {
	isCut = new(bool)
	give, ok = h.take(bytes, func() { *isCut = true })
	return give, isCut, ok
}

func TestSmallOnesAreNotCounted(t *testing.T) {
	h := &hold{room: 100, small: 10}
	for range 1000 {
		if _, _, ok := heldBy(h, 10); !ok || h.taken != 0 {
			t.Fatalf("taken: %v, %d bytes", ok, h.taken)
		}
	}
}

// TestTheHoldIsBounded: whoever has just begun is not cut off, so there is no room until one gives it back.
func TestTheHoldIsBounded(t *testing.T) {
	h := &hold{room: 100, small: 10, leisure: time.Hour}
	give, isCut, _ := heldBy(h, 60)
	if _, _, ok := heldBy(h, 41); ok || *isCut {
		t.Errorf("41 bytes beside 60 of 100: %v; the first is cut: %v", ok, *isCut)
	}
	if _, _, ok := heldBy(h, 40); !ok {
		t.Error("40 bytes beside 60 of 100 have no room")
	}
	give()
	give() // Giving again changes nothing.
	if _, _, ok := heldBy(h, 60); !ok || h.taken != 100 {
		t.Errorf("what was given back is not there: %v, %d bytes", ok, h.taken)
	}
}

// TestTheSlowestMakeRoom: as few as are needed, those first who began first.
func TestTheSlowestMakeRoom(t *testing.T) {
	h := &hold{room: 100, small: 10}
	var cut []int
	var gives []func()
	for i := range 4 {
		give, _ := h.take(25, func() { cut = append(cut, i) })
		gives = append(gives, give)
	}
	if _, _, ok := heldBy(h, 50); !ok || !slices.Equal(cut, []int{0, 1}) || h.taken != 100 {
		t.Errorf("there is room: %v; cut off: %v; %d bytes", ok, cut, h.taken)
	}
	for _, give := range gives { // Those who were cut off have nothing to give back.
		give()
	}
	if h.taken != 50 || h.kept.Len() != 1 {
		t.Errorf("%d bytes of %d", h.taken, h.kept.Len())
	}
}

func TestWhatIsLargerThanTheHoldHasItAlone(t *testing.T) {
	h := &hold{room: 100, small: 10, leisure: time.Hour}
	give, _, ok := heldBy(h, 1000)
	if _, _, second := heldBy(h, 11); !ok || second {
		t.Errorf("a large one: %v; another: %v", ok, second)
	}
	give()
	if h.taken != 0 {
		t.Errorf("%d bytes stay", h.taken)
	}
}
