package demo

import (
	"slices"
	"testing"
)

func TestDiceDependOnAllOfTheirSeed(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	for seed := range uint64(10) {
		for p := forStanding; p <= forPictures; p++ {
			for index := range 20 {
				draw := newDice(seed, p, index).uint64()
				if seen[draw] {
					t.Fatalf("seed %d, purpose %d, index %d draws what another one drew", seed, p, index)
				}
				seen[draw] = true
			}
		}
	}
}

// TestDiceStayAsTheyAre fails if the draws change: every demo would.
func TestDiceStayAsTheyAre(t *testing.T) {
	t.Parallel()
	d := newDice(1, forTasks, 7)
	got := []int64{d.below(1000), d.between(-5, 5), int64(d.span(second, minute)), d.heavyTail(512)}
	if want := []int64{747, 0, 3468947, 4}; !slices.Equal(got, want) {
		t.Errorf("drew %v, want %v", got, want)
	}
}

func TestBetweenReachesBothEnds(t *testing.T) {
	t.Parallel()
	d := newDice(1, forTasks, 0)
	low, high := int64(100), int64(-100)
	for range 1000 {
		n := d.between(-3, 3)
		low, high = min(low, n), max(high, n)
	}
	if low != -3 || high != 3 {
		t.Errorf("drew from %d..%d, want -3..3", low, high)
	}
}

func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	d := newDice(1, forTaskShare, 0)
	for range 500 {
		weights := make([]uint64, d.between(1, 50))
		for i := range weights {
			weights[i] = uint64(d.below(3) * d.heavyTail(1<<40))
		}
		weights[0]++
		total := int(d.below(1 << 40))
		s, sum := newShares(total, weights), 0
		for i, weight := range weights {
			part := s.next(weight)
			if part < 0 || weight == 0 && part > 0 {
				t.Fatalf("weight %d of %v got %d of %d", i, weights, part, total)
			}
			sum += part
		}
		if sum != total {
			t.Fatalf("the shares of %v add up to %d, want %d", weights, sum, total)
		}
	}
}

func TestOrderedIDsFollowTheirOrder(t *testing.T) {
	t.Parallel()
	d := newDice(1, forLedgerIDs, 0)
	var ids orderedIDs
	at, before := 1_767_225_600*second, ""
	for i := range 20_000 {
		if i > 10_000 { // Before that, more of them than a millisecond holds.
			at += d.span(0, second/500)
		}
		id := ids.next(d, at).String()
		if id <= before || len(id) != 36 || id[14] != '7' {
			t.Fatalf("%s follows %s", id, before)
		}
		before = id
	}
}

func TestSessionsStayWithinTheirTimes(t *testing.T) {
	t.Parallel()
	d := newDice(1, forTasks, 0)
	for _, n := range []int{0, 1, 2, 1000} {
		times := make([]micros, n)
		d.sessions(times, 100*day, 200*day)
		if !slices.IsSorted(times) {
			t.Errorf("%d times are not in order", n)
		}
		if n > 0 && (times[0] < 100*day || times[n-1] > 200*day) {
			t.Errorf("%d times reach from %d to %d", n, times[0], times[n-1])
		}
	}
}
