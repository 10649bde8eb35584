package answers

import (
	"fmt"
	"testing"
	"time"

	"atelier/domain"
)

// watch is a clock that is set by hand.
type watch struct{ at time.Time }

func (w *watch) now() time.Time { return w.at }

// listening returns a cache that has just heard the feed, and its clock.
func listening(bytes int) (*Cache, *watch) {
	c, w := New(Config{Bytes: bytes}), &watch{time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)}
	c.now = w.now
	c.Changed(domain.ChangeBatch{AsOf: w.at})
	return c, w
}

func keyOf(name string) Key {
	return Key{Operation: [32]byte([]byte(fmt.Sprintf("%32s", name))), Viewer: "bob"}
}

// made keeps an answer of these sources, and returns what came of that.
func made(c *Cache, name string, sources ...Source) Reason {
	r := c.Start()
	r.Reads(sources...)
	_, why := c.Keep(keyOf(name), r, &Answer{Body: []byte(name)})
	return why
}

func requireKept(t *testing.T, c *Cache, name string, want Reason) {
	t.Helper()
	if a, why := c.Get(keyOf(name)); why != want || why == Kept && string(a.Body) != name {
		t.Errorf("%s: %q, want %q", name, why, want)
	}
}

func TestAChangeDropsWhatItNames(t *testing.T) {
	t.Parallel()
	sources := map[string]Source{
		"row":         Row(domain.TableChat, "c1"),
		"absent row":  Row(domain.TableChat, "c9"),
		"owner":       OwnedBy(domain.TableChat, "bob"),
		"parent":      Below(domain.TableMessage, "c1"),
		"whole table": Whole(domain.TableChat),
		"other table": Row(domain.TableFile, "c1"),
		"nothing":     {},
	}
	cases := map[string]struct {
		change domain.Change
		drops  []string
	}{
		"a row":          {domain.Change{Table: domain.TableChat, IDs: []string{"c1"}, Owners: []string{"ada"}}, []string{"row", "whole table"}},
		"a new row":      {domain.Change{Table: domain.TableChat, IDs: []string{"c9"}, Owners: []string{"ada"}}, []string{"absent row", "whole table"}},
		"another's row":  {domain.Change{Table: domain.TableChat, IDs: []string{"c2"}, Owners: []string{"ada", "bob"}}, []string{"owner", "whole table"}},
		"below a parent": {domain.Change{Table: domain.TableMessage, IDs: []string{"m1"}, Owners: []string{"ada"}, Parents: []string{"c1"}}, []string{"parent"}},
		"any row":        {domain.Change{Table: domain.TableChat, All: true}, []string{"row", "absent row", "owner", "whole table"}},
		"any message":    {domain.Change{Table: domain.TableMessage, All: true}, []string{"parent"}},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, w := listening(1 << 20)
			for kept, source := range sources {
				if why := made(c, kept, source); why != Kept {
					t.Fatalf("%s is not kept: %s", kept, why)
				}
			}
			c.Changed(domain.ChangeBatch{AsOf: w.at, Changes: []domain.Change{one.change}})
			dropped := map[string]bool{}
			for _, kept := range one.drops {
				dropped[kept] = true
			}
			for kept := range sources {
				want := Kept
				if dropped[kept] {
					want = Absent
				}
				requireKept(t, c, kept, want)
			}
		})
	}
}

func TestALateFillIsNotKept(t *testing.T) {
	t.Parallel()
	c, w := listening(1 << 20)
	r, other := c.Start(), c.Start()
	r.Reads(Row(domain.TableUsers, "bob"))
	other.Reads(Row(domain.TableUsers, "ada"))
	c.Changed(domain.ChangeBatch{AsOf: w.at, Changes: []domain.Change{{Table: domain.TableUsers, IDs: []string{"bob"}, Owners: []string{"bob"}}}})
	if _, why := c.Keep(keyOf("late"), r, &Answer{}); why != Changed {
		t.Errorf("an answer is kept whose row has changed meanwhile: %q", why)
	}
	if _, why := c.Keep(keyOf("other"), other, &Answer{}); why != Kept {
		t.Errorf("an answer is not kept that nothing concerned: %q", why)
	}
	if why := made(c, "next", Row(domain.TableUsers, "bob")); why != Kept {
		t.Errorf("the next is not kept: %q", why)
	}
}

func TestALateFillIsNotKeptAfterMoreThanIsRemembered(t *testing.T) {
	t.Parallel()
	c, w := listening(1 << 20)
	slow := c.Start()
	slow.Reads(Row(domain.TableUsers, "bob"))
	for batch := range 6 {
		change := domain.Change{Table: domain.TableUsers}
		for i := range maxHistory / 2 {
			change.IDs = append(change.IDs, fmt.Sprint("u", batch, "-", i))
		}
		if batch == 0 {
			change.IDs[0] = "bob"
		}
		quick := c.Start()
		quick.Reads(Row(domain.TableUsers, change.IDs[0]))
		c.Changed(domain.ChangeBatch{AsOf: w.at, Changes: []domain.Change{change}})
		for name, r := range map[string]*Record{"slow": slow, "quick": quick} {
			if _, why := c.Keep(keyOf(name), r, &Answer{}); why != Changed {
				t.Errorf("batch %d: a late %s fill is kept: %q", batch, name, why)
			}
		}
		if n := len(c.recent.current) + len(c.recent.before); n > 2*maxHistory {
			t.Errorf("the history holds %d sources", n)
		}
	}
}

func TestNothingIsServedInSilence(t *testing.T) {
	t.Parallel()
	c := New(Config{Bytes: 1 << 20})
	if why := made(c, "a", Row(domain.TableUsers, "bob")); why != Deaf {
		t.Errorf("kept before the feed was heard: %q", why)
	}
	c, w := listening(1 << 20)
	made(c, "a", Row(domain.TableUsers, "bob"))
	w.at = w.at.Add(maxSilence)
	requireKept(t, c, "a", Kept)
	w.at = w.at.Add(time.Millisecond)
	requireKept(t, c, "a", Deaf)
	if why := made(c, "b"); why != Deaf {
		t.Errorf("kept in silence: %q", why)
	}
	c.Changed(domain.ChangeBatch{AsOf: w.at})
	requireKept(t, c, "a", Kept) // Nothing was missed: the log is whole.
}

func TestAGapDropsEverything(t *testing.T) {
	t.Parallel()
	c, w := listening(1 << 20)
	made(c, "a", Row(domain.TableUsers, "bob"))
	r := c.Start()
	c.Changed(domain.ChangeBatch{AsOf: w.at, IsGap: true})
	requireKept(t, c, "a", Absent)
	if _, why := c.Keep(keyOf("b"), r, &Answer{}); why != Changed {
		t.Errorf("an answer that was made across a gap is kept: %q", why)
	}
	if why := made(c, "a"); why != Kept {
		t.Errorf("after the gap: %q", why)
	}
	if n, bytes := c.Size(); n != 1 || bytes != bytesOf([]byte("a"), 1) {
		t.Errorf("%d answers take %d bytes", n, bytes)
	}
}

func TestAnswersOfAViewerWhoChangedSomething(t *testing.T) {
	t.Parallel()
	c, _ := listening(1 << 20)
	made(c, "bob's", Row(domain.TableChat, "c1"))
	r := c.Start()
	c.ChangedBy("bob")
	requireKept(t, c, "bob's", Absent)
	if _, why := c.Keep(keyOf("late"), r, &Answer{}); why != Changed {
		t.Errorf("what was read before the change is kept: %q", why)
	}
}

func TestBoundedInBytes(t *testing.T) {
	t.Parallel()
	drops := map[string]int{}
	c, _ := listening(largest * 2000)
	c.OnDrop = func(why string, n int) { drops[why] += n }
	for i := range 100 {
		made(c, fmt.Sprint("a", i), Row(domain.TableChat, fmt.Sprint("c", i)))
		requireKept(t, c, "a0", Kept) // What is asked for stays.
		if _, bytes := c.Size(); bytes > c.Bytes {
			t.Fatalf("%d bytes are kept, of at most %d", bytes, c.Bytes)
		}
	}
	n, _ := c.Size()
	if drops["evicted"] != 100-n || n < 10 {
		t.Errorf("%d answers are kept and %d went", n, drops["evicted"])
	}
	if len(c.of) != n+2 { // A row each, and what all have: the table, the viewer.
		t.Errorf("%d sources are indexed for %d answers", len(c.of), n)
	}
	r := c.Start()
	if _, why := c.Keep(keyOf("big"), r, &Answer{Body: make([]byte, 2000)}); why != TooLarge {
		t.Errorf("an answer of a sixteenth of the cache: %q", why)
	}
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name          string
		sources       []Source
		until         time.Duration
		here, outside time.Duration
	}{
		{"nothing", nil, 0, longest, longestOutside},
		{"a user", []Source{Row(domain.TableUsers, "bob")}, 0, longest, longestOutside},
		{"a task among others", []Source{Row(domain.TableUsers, "bob"), Row(domain.TableFlux, "t")}, 0, time.Minute, 0},
		{"the end of the month", []Source{Row(domain.TableUsers, "bob")}, 10 * time.Second, 10 * time.Second, 10 * time.Second},
	}
	for _, one := range cases {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			c, w := listening(1 << 20)
			r := c.Start()
			r.Reads(one.sources...)
			if one.until > 0 {
				r.Until(w.at.Add(time.Hour))
				r.Until(w.at.Add(one.until))
				r.Until(w.at.Add(2 * time.Hour))
			}
			a, why := c.Keep(keyOf("a"), r, &Answer{Body: []byte("a")})
			if why != Kept || a.Outside != one.outside {
				t.Fatalf("%q, %v outside, want %v", why, a.Outside, one.outside)
			}
			for end := w.at.Add(one.here); w.at.Before(end); w.at = w.at.Add(time.Second) {
				c.Changed(domain.ChangeBatch{AsOf: w.at})
				requireKept(t, c, "a", Kept)
			}
			c.Changed(domain.ChangeBatch{AsOf: w.at})
			requireKept(t, c, "a", Absent)
		})
	}
}

func TestOneViewersAnswersAreNobodyElses(t *testing.T) {
	t.Parallel()
	c, _ := listening(1 << 20)
	made(c, "a")
	for _, other := range []Key{{Viewer: "ada"}, {}, {Viewer: "bob", Role: domain.RoleAdmin}} {
		other.Operation = keyOf("a").Operation
		if _, why := c.Get(other); why != Absent {
			t.Errorf("%+v gets bob's: %q", other, why)
		}
	}
}

func TestManySourcesBecomeTheTable(t *testing.T) {
	t.Parallel()
	var many []Source
	for i := range maxOfKind + 1 {
		many = append(many, Below(domain.TableMessage, fmt.Sprint(i)))
	}
	c, w := listening(8 << 20)
	made(c, "many", many...)
	made(c, "some", many[:maxOfKind]...)
	if n := len(c.of); n > maxOfKind+5 {
		t.Errorf("%d sources are indexed", n)
	}
	c.Changed(domain.ChangeBatch{AsOf: w.at, Changes: []domain.Change{{Table: domain.TableMessage, IDs: []string{"m"}, Parents: []string{"elsewhere"}}}})
	requireKept(t, c, "many", Absent)
	requireKept(t, c, "some", Kept)
}

func TestWhatMustNotBeKept(t *testing.T) {
	t.Parallel()
	c, _ := listening(1 << 20)
	r := c.Start()
	r.Refuse(Balance)
	r.Refuse(Failed)
	if _, why := c.Keep(keyOf("a"), r, &Answer{}); why != Balance {
		t.Errorf("%q, want the first reason", why)
	}
	off := New(Config{})
	if _, why := off.Get(keyOf("a")); why != Off {
		t.Errorf("a cache without room: %q", why)
	}
	var none *Record
	none.Reads(Row(domain.TableUsers, "bob"))
	none.Until(time.Time{})
	none.Refuse(Failed)
}
