package store_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"atelier/store"
	"atelier/store/storetest"
)

func TestSameDatabase(t *testing.T) {
	t.Parallel()
	one, two := storetest.New(t), storetest.New(t)
	u, err := url.Parse(one)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", "pg_catalog")
	u.RawQuery = query.Encode()
	for name, c := range map[string]struct {
		listen  string
		isOther bool
	}{"itself": {one, false}, "another": {two, true}, "another schema": {u.String(), true}} {
		if err := store.SameDatabase(t.Context(), one, c.listen); errors.Is(err, store.ErrOtherDatabase) != c.isOther || (err != nil) != c.isOther {
			t.Errorf("%s: %v", name, err)
		}
	}
	missing := strings.Replace(one, nameIn(one), "nothing_of_this_name", 1)
	if err := store.SameDatabase(t.Context(), one, missing); err == nil || errors.Is(err, store.ErrOtherDatabase) {
		t.Errorf("one that is not there: %v", err)
	}
}

// A way that leads to another database after it was lost tells nothing, until it leads back. Nothing is missed then.
func TestAFollowerThatIsLedAstrayTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	p := newProxy(t, w.url)
	f := follow(t, store.FollowConfig{URL: p.url, Of: w.url})
	p.set(func() { p.others = nameIn(storetest.New(t)) })
	w.cutFeed(t)
	f.awaitState(t, store.FeedDown)
	change := w.rename(t, "u")
	if _, err := f.Since(t.Context(), "", 0); !errors.Is(err, store.ErrOtherDatabase) {
		t.Errorf("read from another database: %v", err)
	}
	if state := f.Stats().State; state != store.FeedDown {
		t.Errorf("the state is %s", state)
	}
	p.set(func() { p.others = "" })
	f.awaitChanges(t, change)
	f.awaitState(t, store.FeedLive)
	if gaps := f.Stats().Gaps; gaps > 0 {
		t.Errorf("%d gaps", gaps)
	}
}

func TestDatabasesHaveIdentities(t *testing.T) {
	t.Parallel()
	identity := func(url string) string {
		s, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		got, err := s.Identity(t.Context())
		if err != nil || got == "" {
			t.Fatalf("%q, %v", got, err)
		}
		return got
	}
	one, two := storetest.New(t), storetest.New(t)
	first, again, other := identity(one), identity(one), identity(two)
	if first != again || first == other {
		t.Errorf("%s, again %s, another %s", first, again, other)
	}
}
