package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"atelier/domain"
)

// The reference is what a page is by its definition, worked out on a sorted list in memory.

// entry is what the reference knows of a row: its place, whose it is, and the words that filters look at.
type entry struct {
	domain.Position
	parent string
	word   string
	rank   int // How Text sorts in the database's collation.
}

func (e entry) String() string {
	return fmt.Sprintf("%s/%d%s/%s", e.Service, e.At.Nanosecond()/1000, e.Text, e.ID)
}

func compareAscending(a, b entry) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.rank, b.rank), strings.Compare(a.ID, b.ID), strings.Compare(string(a.Service), string(b.Service)))
}

// ordering compares places in a list's order.
type ordering func(a, b entry) int

func inDirection(d domain.Direction) ordering {
	if d == domain.Descending {
		return func(a, b entry) int { return compareAscending(b, a) }
	}
	return compareAscending
}

// bounded is a page whose bounds are entries.
type bounded struct {
	limit         int
	backward      bool
	after, before *entry
}

func (p bounded) page() domain.Page {
	page := domain.Page{Limit: p.limit, Backward: p.backward}
	if p.after != nil {
		page.After = &p.after.Position
	}
	if p.before != nil {
		page.Before = &p.before.Position
	}
	return page
}

func (p bounded) String() string {
	return fmt.Sprintf("limit %d, backward %t, after %v, before %v", p.limit, p.backward, p.after, p.before)
}

// reference is the page of a list: the items between the bounds, cut to the limit from its start or its end. The list goes
// on before the page if an item stands before the page's first, or at or before the lower bound; after the page
// likewise.
func reference(list []entry, order ordering, p bounded) domain.Slice[domain.Position] {
	list = slices.SortedFunc(slices.Values(list), order)
	from, to := 0, len(list)
	if p.after != nil {
		from = countBefore(list, func(e entry) bool { return order(e, *p.after) <= 0 })
	}
	if p.before != nil {
		to = countBefore(list, func(e entry) bool { return order(e, *p.before) < 0 })
	}
	slice := domain.Slice[domain.Position]{HasPrevious: from > 0, HasNext: to < len(list)}
	if to-from > p.limit && p.backward {
		from, slice.HasPrevious = to-p.limit, true
	} else if to-from > p.limit {
		to, slice.HasNext = from+p.limit, true
	}
	for i := from; i < to; i++ {
		slice.Items = append(slice.Items, list[i].Position)
	}
	return slice
}

func countBefore(list []entry, stands func(entry) bool) int {
	n := 0
	for _, e := range list {
		if stands(e) {
			n++
		}
	}
	return n
}

// sameSlices compares pages read with the reference's.
func sameSlices(t *rapid.T, got, want []domain.Slice[domain.Position], p bounded) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d pages, want %d", len(got), len(want))
	}
	for i := range want {
		g, w := got[i], want[i]
		if !slices.Equal(g.Items, w.Items) || g.HasPrevious != w.HasPrevious || g.HasNext != w.HasNext {
			t.Fatalf("%v: page of parent %d:\ngot  %+v\nwant %+v", p, i, g, w)
		}
	}
}

// positions are the places of the items of pages.
func positions[T any](read []domain.Slice[T], position func(T) domain.Position) []domain.Slice[domain.Position] {
	places := make([]domain.Slice[domain.Position], len(read))
	for i, slice := range read {
		places[i] = domain.Slice[domain.Position]{HasPrevious: slice.HasPrevious, HasNext: slice.HasNext}
		for _, item := range slice.Items {
			p := position(item)
			if !p.At.IsZero() {
				p.At = p.At.UTC()
			}
			places[i].Items = append(places[i].Items, p)
		}
	}
	return places
}

// drawTime draws one of few instants, a microsecond apart: most rows of a list tie.
func drawTime(t *rapid.T) time.Time {
	return noon.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "microseconds")) * time.Microsecond)
}

// drawID draws one of few ids, which the "C" collation orders otherwise than dictionaries do.
func drawID(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "B", "b", "Z", "aa", "a b", "ä", "é", "10", "9", "-", "😀"}).Draw(t, "id")
}

// drawBounded draws a page with bounds at rows, of any parent, or where there is none.
func drawBounded(t *rapid.T, rows []entry, other *rapid.Generator[entry]) bounded {
	bound := rapid.Custom(func(t *rapid.T) *entry {
		switch rapid.SampledFrom([]string{"none", "row", "row", "elsewhere"}).Draw(t, "kind") {
		case "row":
			if len(rows) > 0 {
				return new(rapid.SampledFrom(rows).Draw(t, "row"))
			}
			fallthrough
		case "elsewhere":
			return new(other.Draw(t, "elsewhere"))
		}
		return nil
	})
	return bounded{
		limit:    rapid.OneOf(rapid.IntRange(1, 4), rapid.IntRange(1, domain.MaxPageSize)).Draw(t, "limit"),
		backward: rapid.Bool().Draw(t, "backward"),
		after:    bound.Draw(t, "after"),
		before:   bound.Draw(t, "before"),
	}
}

func ofParent(rows []entry, parent string) []entry {
	return slices.DeleteFunc(slices.Clone(rows), func(e entry) bool { return e.parent != parent })
}

// The reference is right where one can see it.
func TestReference(t *testing.T) {
	t.Parallel()
	at := func(id string) entry { return entry{Position: domain.Position{At: noon, ID: id}} }
	list := []entry{at("c"), at("a"), at("e")}
	for name, c := range map[string]struct {
		page      bounded
		want      string
		prev, nxt bool
	}{
		"first":             {bounded{limit: 2}, "ac", false, true},
		"all":               {bounded{limit: 3}, "ace", false, false},
		"last":              {bounded{limit: 2, backward: true}, "ce", true, false},
		"after":             {bounded{limit: 2, after: new(at("a"))}, "ce", true, false},
		"before":            {bounded{limit: 1, backward: true, before: new(at("d"))}, "c", true, true},
		"between":           {bounded{limit: 5, after: new(at("a")), before: new(at("e"))}, "c", true, true},
		"nothing after":     {bounded{limit: 5, after: new(at("e"))}, "", true, false},
		"nothing at all":    {bounded{limit: 5, after: new(at("z"))}, "", true, false},
		"bounds that cross": {bounded{limit: 5, after: new(at("e")), before: new(at("a"))}, "", true, true},
	} {
		got := ""
		slice := reference(list, compareAscending, c.page)
		for _, p := range slice.Items {
			got += p.ID
		}
		if got != c.want || slice.HasPrevious != c.prev || slice.HasNext != c.nxt {
			t.Errorf("%s: %q %t %t, want %q %t %t", name, got, slice.HasPrevious, slice.HasNext, c.want, c.prev, c.nxt)
		}
	}
}
