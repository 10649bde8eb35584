package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"atelier/cache/redistest"
	"atelier/domain"
)

func TestWhatWasLoadedIsServedFromThisProcess(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := newReplica(t, b, nil)
	for range 3 {
		r.require("a", "a1")
		r.settle()
		if got := r.names("a", "nobody"); !slices.Equal(got, []string{"a1", ""}) {
			t.Errorf("got %q", got)
		}
		r.settle()
	}
	if b.loaded() != 2 { // One for a, one for nobody: that there is none is remembered.
		t.Errorf("%d loads (%s)", b.loaded(), &r.counts)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := newReplica(t, b, nil)
	b.setAway(true)
	if _, err := GetMany(context.Background(), r.Cache, UserInfo, []domain.UserID{"a"}, b.users); domain.CodeOf(err) != domain.Unavailable {
		t.Errorf("got %v", err)
	}
	b.setAway(false)
	r.require("a", "a1")
}

func TestAChangeIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	b := newBase()
	r := newReplica(t, b, nil)
	for i := range 50 {
		r.require("a", map[bool]string{false: "", true: fmt.Sprint("a", i)}[i > 0])
		b.write("a", fmt.Sprint("a", i+1))
		r.hear()
		r.require("a", fmt.Sprint("a", i+1))
		r.settle()
	}
}

// TestALateFillIsNotServed has a reader read, the value change and be told, and the reader come back only then.
func TestALateFillIsNotServed(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]*redistest.Server{"alone": nil, "with redis": redistest.Start(t)} {
		t.Run(name, func(t *testing.T) {
			b := newBase()
			b.write("a", "old")
			r := newReplica(t, b, server)
			other := r
			if server != nil {
				r.shares()
				other = newReplica(t, b, server).shares()
			}
			release := b.hold()
			var late sync.WaitGroup
			late.Go(func() { r.name("a") })
			<-b.held
			b.write("a", "new")
			r.hear()
			other.hear()
			var early sync.WaitGroup
			early.Go(func() { r.require("a", "new") }) // Who comes after the change does not get what was on its way before.
			<-b.held
			release()
			late.Wait()
			early.Wait()
			r.settle()
			r.require("a", "new")
			other.require("a", "new")
			if server != nil {
				newReplica(t, b, server).shares().require("a", "new")
			}
		})
	}
}

func TestManyWhoMissLoadOnce(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := newReplica(t, b, nil)
	release := b.hold()
	ctx, leave := context.WithCancel(context.Background())
	left := make(chan error, 1)
	go func() {
		_, err := GetMany(ctx, r.Cache, UserInfo, []domain.UserID{"a"}, b.users)
		left <- err
	}()
	<-b.held
	var others sync.WaitGroup
	for range 20 {
		others.Go(func() { r.require("a", "a1") })
	}
	leave()
	release()
	if err := <-left; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	others.Wait()
	if b.loaded() != 1 {
		t.Errorf("%d loads", b.loaded())
	}
}

// TestWhoHasReadTooMuchFailsNobodyElse who waits for the same value.
func TestWhoHasReadTooMuchFailsNobodyElse(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := newReplica(t, b, nil)
	begun, goOn := make(chan struct{}), make(chan struct{})
	greedy := make(chan error, 1)
	go func() {
		_, err := GetMany(t.Context(), r.Cache, UserInfo, []domain.UserID{"a"}, func(context.Context, []domain.UserID) (map[domain.UserID]*domain.User, error) {
			close(begun)
			<-goOn
			return nil, domain.NewError(domain.TooLarge, "this reads more than an operation may")
		})
		greedy <- err
	}()
	<-begun
	var others sync.WaitGroup
	for range 10 {
		others.Go(func() { r.require("a", "a1") })
		others.Go(func() {
			if names := r.names("a"); names[0] != "a1" {
				t.Errorf("together: %q", names)
			}
		})
	}
	eventually(t, "the others wait", func() bool { return r.counts.get("flight hit") == 20 })
	close(goOn)
	others.Wait()
	if err := <-greedy; domain.CodeOf(err) != domain.TooLarge {
		t.Errorf("who had read too much got %v", err)
	}
}

func TestAPanicGoesOnInWhoeverWaits(t *testing.T) {
	t.Parallel()
	r := newReplica(t, newBase(), nil)
	defer func() {
		if cause, ok := recover().(error); !ok || cause.Error()[:4] != "oops" {
			t.Errorf("recovered %v", cause)
		}
	}()
	_, _ = GetMany(context.Background(), r.Cache, UserInfo, []domain.UserID{"a"}, func(context.Context, []domain.UserID) (map[domain.UserID]*domain.User, error) {
		panic("oops")
	})
}

func TestReplicasShare(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	b.write("a", "a1")
	b.write("b", "b1")
	one, two := newReplica(t, b, server).shares(), newReplica(t, b, server).shares()
	one.names("a", "b", "nobody")
	one.settle()
	two.require("a", "a1")
	if got := two.names("a", "b", "nobody"); !slices.Equal(got, []string{"a1", "b1", ""}) {
		t.Errorf("got %q", got)
	}
	if b.loaded() != 1 {
		t.Errorf("%d loads; one: %s two: %s", b.loaded(), &one.counts, &two.counts)
	}
	b.write("a", "a2")
	one.hear()
	one.require("a", "a2")
	one.settle()
	two.hear()
	two.require("a", "a2")
}

// TestPromotionRevivesNothing does what left the old value in ristretto in 1,992 of 2,000 tries with gocache's chain as it comes.
func TestPromotionRevivesNothing(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	one, two := newReplica(t, b, server).shares(), newReplica(t, b, server).shares()
	for i := range 200 {
		id := domain.UserID(fmt.Sprint("u", i))
		b.write(id, "old")
		one.hear()
		two.hear()
		one.name(id)
		one.settle()
		two.name(id) // From Redis, promoted by the chain in its own time.
		b.write(id, "new")
		two.hear()
		two.require(id, "new")
	}
	two.settle()
	for i := range 200 {
		two.require(domain.UserID(fmt.Sprint("u", i)), "new")
	}
	if two.counts.get("redis hit") < 190 {
		t.Errorf("nothing was promoted: %s", &two.counts)
	}
}

func TestNothingIsServedWhileTheFeedIsSilent(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := newReplica(t, b, nil)
	r.require("a", "a1")
	r.settle()
	b.write("a", "a2")
	ago := time.Now().Add(-maxSilence - time.Millisecond)
	r.asOf.Store(&ago)
	r.require("a", "a2")
	r.hear()
	r.require("a", "a2")
}

func TestAGapDropsEverythingHere(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := newReplica(t, b, nil)
	r.require("a", "a1")
	r.settle()
	b.write("a", "a2")
	b.prune()
	r.hear()
	r.require("a", "a2")
}

func TestWhoWritesReadsIt(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := newReplica(t, b, nil)
	r.require("a", "a1")
	r.settle()
	name := func(who string) string {
		found, err := GetMany(r.For(context.Background(), who), r.Cache, UserInfo, []domain.UserID{"a"}, b.users)
		if err != nil {
			t.Fatal(err)
		}
		return found["a"].Name
	}
	request, end := context.WithCancel(context.Background())
	ctx := r.Writing(request, "ada")
	if !isBypassed(ctx) {
		t.Error("who is writing reads from the cache")
	}
	b.write("a", "a2")
	if got := name("ada"); got != "a2" {
		t.Errorf("who writes reads %q", got)
	}
	end()
	if got := name("ada"); got != "a2" {
		t.Errorf("who wrote reads %q", got)
	}
	if got := name("bob"); got != "a1" { // Until the feed tells, within a moment.
		t.Errorf("another reads %q", got)
	}
	eventually(t, "the writing is over and told", func() bool {
		r.hear()
		return !r.writers.has("ada")
	})
	if got := name("bob"); got != "a2" {
		t.Errorf("another reads %q", got)
	}
}

func TestPopularValuesAreRefreshedBeforeTheyExpire(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	b.write("a", "a1")
	r := newReplica(t, b, server).shares()
	r.require("a", "a1")
	r.settle()
	it, found := r.local.find(UserInfo.keyOf("a"), time.Now())
	if !found {
		t.Fatal("it is not there")
	}
	was := it.shared.ticket
	it.renew = time.Now().Add(-time.Second)
	for range popularity {
		r.require("a", "a1")
	}
	eventually(t, "it is loaded again", func() bool { return b.loaded() == 2 })
	eventually(t, "it is kept in both tiers", func() bool {
		now, found := r.local.find(UserInfo.keyOf("a"), time.Now())
		return found && now != it && now.shared.ticket != was && r.shared.underWay.Load() == 0
	})
	b.setAway(true)
	other := newReplica(t, b, server).shares()
	other.require("a", "a1")
	other.settle()
	if got, _ := other.local.find(UserInfo.keyOf("a"), time.Now()); got == nil || got.shared.ticket == was {
		t.Error("redis has the old one")
	}
}

func TestLifetimesAloneWithoutAFeed(t *testing.T) {
	t.Parallel()
	b, now := newBase(), time.Now()
	b.write("a", "a1")
	c, err := newCache(Options{}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	r := &replica{t: t, base: b, Cache: c}
	r.require("a", "a1")
	r.settle()
	b.write("a", "a2")
	r.require("a", "a1")
	now = now.Add(10*time.Minute + time.Second)
	r.require("a", "a2")
}

func TestNoCacheAtAll(t *testing.T) {
	t.Parallel()
	b := newBase()
	b.write("a", "a1")
	r := &replica{t: t, base: b}
	r.require("a", "a1")
	if ctx := r.For(r.Writing(context.Background(), "a"), "a"); ctx != context.Background() {
		t.Error("without a cache there is nothing to bypass")
	}
	if r.names("a")[0] != "a1" || b.loaded() != 2 {
		t.Errorf("%d loads", b.loaded())
	}
}
