package cache

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"atelier/cache/redistest"
	"atelier/domain"
)

// changeAndAsk has values change and be told, and asks for them: whatever Redis does meanwhile, they are new.
func changeAndAsk(t *testing.T, b *base, rounds int, replicas ...*replica) {
	t.Helper()
	for i := range rounds {
		id, name := domain.UserID(fmt.Sprint("u", i%5)), fmt.Sprint("round ", i)
		b.write(id, name)
		for _, r := range replicas {
			r.hear()
		}
		for _, r := range replicas {
			r.require(id, name)
			if got := r.names(id, "nobody"); got[0] != name || got[1] != "" {
				t.Errorf("round %d: %q", i, got)
			}
		}
	}
}

// pair is two replicas that share a Redis.
func pair(t *testing.T, b *base, server *redistest.Server) (one, two *replica) {
	t.Helper()
	return newReplica(t, b, server).shares(), newReplica(t, b, server).shares()
}

func TestRedisThatIsDown(t *testing.T) {
	t.Parallel()
	server, b := redistest.Reserve(t), newBase()
	one, two := newReplica(t, b, server), newReplica(t, b, server)
	for range 3 { // At the start and later.
		changeAndAsk(t, b, 10, one, two)
		server.Up()
		one.shares()
		two.shares()
		changeAndAsk(t, b, 10, one, two)
		one.settle()
		server.Kill()
	}
	if s := one.Stats(); s.Bytes == 0 {
		t.Errorf("nothing is kept in this process: %+v", s)
	}
}

// TestWhatRedisBroughtDoesNotStayUnderWay where the rest could not be loaded: it would be served for ever.
func TestWhatRedisBroughtDoesNotStayUnderWay(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	b.write("a", "a1")
	one, two := pair(t, b, server)
	one.require("a", "a1")
	one.settle()
	b.mu.Lock()
	b.isAway = true
	b.mu.Unlock()
	if _, err := GetMany(t.Context(), two.Cache, UserInfo, []domain.UserID{"a", "b"}, b.users); domain.CodeOf(err) != domain.Unavailable {
		t.Errorf("the rest could be loaded: %v", err)
	}
	if two.counts.get("redis hit") != 1 {
		t.Errorf("redis had nothing: %s", &two.counts)
	}
	two.settle()
}

// TestFaultsAreTold of what is read and deleted as well: where Redis does not answer, there is nothing to be written.
func TestFaultsAreTold(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	r := newReplica(t, b, server).shares()
	server.Kill()
	r.name("a")
	if r.counts.get("fault error") == 0 {
		t.Errorf("reading failed: %s", &r.counts)
	}
	server.Up()
	r = impatientReplica(t, b, server).shares()
	server.Freeze()
	defer server.Thaw()
	eventually(t, "what could not be deleted is told", func() bool {
		b.write("a", "a1")
		r.hear()
		return r.counts.get("fault timeout") > 0
	})
}

// TestRedisThatWasAwayAndKeptWhatItHad is deaf while values change, and has the old ones when it is back.
func TestRedisThatWasAwayAndKeptWhatItHad(t *testing.T) {
	t.Parallel()
	redistest.Require(t)
	server, b := redistest.Start(t), newBase()
	one, two := impatientReplica(t, b, server).shares(), impatientReplica(t, b, server).shares()
	b.write("a", "old")
	one.hear()
	two.hear()
	one.require("a", "old")
	one.settle()
	server.Freeze()
	b.write("a", "new")
	begun := time.Now()
	one.hear()
	two.hear()
	changeAndAsk(t, b, 100, one, two)
	if took := time.Since(begun); took > 30*time.Second { // Without patience and the breaker 400 reads and 200 changes would take minutes.
		t.Errorf("a black hole took %v", took)
	}
	server.Thaw()
	one.shares().require("a", "new")
	two.shares().require("a", "new")
	newReplica(t, b, server).shares().require("a", "new")
}

func TestRedisThatIsFull(t *testing.T) {
	t.Parallel()
	redistest.Require(t)
	server, b := redistest.Start(t), newBase()
	one, two := pair(t, b, server)
	changeAndAsk(t, b, 20, one, two)
	one.settle()
	two.settle()
	server.Configure("maxmemory-policy", "noeviction")
	server.Configure("maxmemory", "1kb") // Less than it takes when it is empty.
	loads := b.loaded()
	if newReplica(t, b, server).shares().require("u0", "round 15"); b.loaded() != loads {
		t.Error("what it holds is not served")
	}
	changeAndAsk(t, b, 20, one, two)
	if one.shared.standing.Load() == nil || one.counts.get("fault full") != 0 { // No lease, no fill.
		t.Errorf("deletions and their proof do not go on: %s", &one.counts)
	}
	server.Configure("maxmemory", "0")
	changeAndAsk(t, b, 20, one, two)
}

// TestRedisFromAnOldSnapshot brings back values that were deleted, and the belief that nothing was deleted since.
func TestRedisFromAnOldSnapshot(t *testing.T) {
	t.Parallel()
	redistest.Require(t)
	for name, goesOn := range map[string]bool{"while the log goes on": true, "while the log stands still": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, b := redistest.Start(t), newBase()
			one, two := pair(t, b, server)
			b.write("a", "old")
			one.hear()
			two.hear()
			one.require("a", "old")
			one.settle()
			server.Save()
			b.write("a", "new")
			if !goesOn {
				b.standStill()
			}
			one.hear()
			two.hear()
			server.Kill()
			server.Up()
			one.require("a", "new")
			two.require("a", "new")
			newReplica(t, b, server).shares().require("a", "new")
			one.shares().require("a", "new")
			two.shares().require("a", "new")
		})
	}
}

func TestAFleetThatWasDown(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	r := newReplica(t, b, server).shares()
	b.write("a", "old")
	b.write("b", "same")
	r.hear()
	r.names("a", "b")
	r.settle()
	r.Close()
	b.write("a", "new")
	next := newReplica(t, b, server).shares()
	loads := b.loaded()
	next.require("b", "same")
	if b.loaded() != loads {
		t.Error("what did not change was loaded again")
	}
	next.require("a", "new")
	next.settle()
	next.Close()
	b.write("a", "newest")
	b.prune() // Down for longer than the log remembers.
	last := newReplica(t, b, server).shares()
	if last.require("a", "newest"); b.epochNow() != 2 {
		t.Errorf("the epoch is %d", b.epochNow())
	}
}

// TestADeafFleet hears nothing for a while, and then less than all.
func TestADeafFleet(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	one, two := pair(t, b, server)
	b.write("a", "old")
	one.hear()
	two.hear()
	one.require("a", "old")
	one.settle()
	two.require("a", "old")
	b.write("a", "new")
	ago := time.Now().Add(-maxSilence)
	one.asOf.Store(&ago)
	two.asOf.Store(&ago)
	one.require("a", "new")
	two.require("a", "new")
	b.prune()
	b.write("b", "b1")
	for _, r := range []*replica{one, two} {
		r.hear() // A gap.
		r.require("a", "new")
		r.shares().require("a", "new")
		r.settle()
	}
	newReplica(t, b, server).shares().require("a", "new")
}

func TestAnotherLogOfChanges(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	r := newReplica(t, b, server).shares()
	b.write("a", "old")
	r.hear()
	r.require("a", "old")
	r.settle()
	r.Close()
	b.mu.Lock()
	b.id, b.log, b.next = "log 2", nil, 10 // Restored from a backup: positions begin anew.
	b.mu.Unlock()
	b.write("a", "new")
	next := newReplica(t, b, server).shares()
	if next.require("a", "new"); b.epochNow() != 2 {
		t.Errorf("the epoch is %d", b.epochNow())
	}
}

// TestRedisThatLosesKeys has evicted whatever it liked.
func TestRedisThatLosesKeys(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	one, two := pair(t, b, server)
	client, ctx := server.Client(), context.Background()
	for _, pattern := range []string{"*:state", "*:session:*", "*:user_info:*", "*"} {
		changeAndAsk(t, b, 10, one, two)
		one.settle()
		two.settle()
		names, err := client.Keys(ctx, pattern).Result()
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d keys, %v", pattern, len(names), err)
		}
		if err := client.Del(ctx, names...).Err(); err != nil {
			t.Fatal(err)
		}
		changeAndAsk(t, b, 10, one, two)
		one.shares()
		two.shares()
	}
}

func TestRedisThatFlaps(t *testing.T) {
	t.Parallel()
	redistest.Require(t)
	server, b := redistest.Start(t), newBase()
	one, two := impatientReplica(t, b, server).shares(), impatientReplica(t, b, server).shares()
	stop := make(chan struct{})
	var flapping sync.WaitGroup
	flapping.Go(func() { flap(server, stop) })
	changeAndAsk(t, b, 150, one, two)
	close(stop)
	flapping.Wait()
	one.shares()
	two.shares()
	changeAndAsk(t, b, 10, one, two)
}

func flap(server *redistest.Server, stop <-chan struct{}) {
	for on := true; ; on = !on {
		select {
		case <-stop:
			server.Thaw()
			return
		case <-time.After(5 * patience):
		}
		if on {
			server.Freeze()
		} else {
			server.Thaw()
		}
	}
}

func TestAWildcardDropsWhatRedisHas(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	one, two := pair(t, b, server)
	b.write("a", "old")
	one.hear()
	two.hear()
	one.require("a", "old")
	one.settle()
	release := b.hold()
	var late sync.WaitGroup
	late.Go(func() { one.name("b") }) // It has a lease from before.
	<-b.held
	b.rewrite("new", "a", "b")
	one.hear()
	two.hear()
	release()
	late.Wait()
	one.settle()
	for range 2 {
		for _, r := range []*replica{two, one} {
			r.require("a", "new")
			r.require("b", "new")
			r.settle()
		}
	}
}

func TestManyKeysAtOnce(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBase()
	one, two := pair(t, b, server)
	var ids []domain.UserID
	for i := range 2500 {
		ids = append(ids, domain.UserID(fmt.Sprint("u", i)))
		b.write(ids[i], "old")
	}
	one.hear()
	two.hear()
	one.names(ids...)
	one.settle()
	loads := b.loaded()
	for i, name := range two.names(ids...) {
		if name != "old" {
			t.Fatalf("%s is %q", ids[i], name)
		}
	}
	if b.loaded() > loads+1 {
		t.Errorf("%d loads", b.loaded()-loads)
	}
	for _, id := range ids {
		b.write(id, "new")
	}
	two.hear() // More than fits into one script.
	for i, name := range two.names(ids...) {
		if name != "new" {
			t.Fatalf("%s is %q", ids[i], name)
		}
	}
}
