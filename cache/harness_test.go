package cache

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"atelier/cache/redistest"
	"atelier/domain"
)

// base is a database of users in memory, with a log of its changes. A name is "NAME VERSION", so that it tells how old it is.
type base struct {
	mu      sync.Mutex
	rows    map[domain.UserID]*domain.User
	log     []logged
	id      domain.LogID
	next    domain.LogPosition
	pruned  domain.LogPosition
	epoch   int64
	stood   domain.LogPosition // Where the log seems to stand, unless zero.
	loads   int
	isAway  bool
	hold1   chan struct{} // The next load waits after it has read, until this is closed; nil for none.
	held1   chan struct{} // Told that it waits.
	holdAll chan struct{} // Loads wait after they have read, while there is one.
	held    chan struct{} // Told of each load that waits.
}

type logged struct {
	at     domain.LogPosition
	change domain.Change
}

func newBase() *base {
	return &base{rows: map[domain.UserID]*domain.User{}, id: "log 1", next: 10, epoch: 1}
}

// write changes a user's name, or takes the user away, and returns the position of that in the log.
func (b *base) write(id domain.UserID, name string) domain.LogPosition {
	b.mu.Lock()
	defer b.mu.Unlock()
	if name == "" {
		delete(b.rows, id)
	} else {
		b.rows[id] = &domain.User{ID: id, Name: name, CreatedAt: time.Unix(1, 0).UTC(), UpdatedAt: time.Unix(1, 0).UTC()}
	}
	b.log = append(b.log, logged{b.next, domain.Change{Table: domain.TableUsers, Kind: domain.RowsUpdated, IDs: []string{string(id)}}})
	b.next++
	return b.next - 1
}

// since returns what was logged from a position on.
func (b *base) since(_ context.Context, id domain.LogID, from domain.LogPosition) (domain.ChangeBatch, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	batch := domain.ChangeBatch{Log: b.id, Next: b.next, Epoch: b.epoch, AsOf: time.Now(), IsGap: id != b.id || from < b.pruned}
	if b.stood > 0 {
		batch.Next = b.stood
	}
	for _, entry := range b.log {
		if entry.at >= from && entry.at >= b.pruned {
			batch.Changes = append(batch.Changes, entry.change)
		}
	}
	return batch, nil
}

func (b *base) nextEpoch(_ context.Context, stale int64) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.epoch = max(b.epoch, stale+1)
	return b.epoch, nil
}

// rewrite changes the names of users in a statement that is too large to be told row by row.
func (b *base) rewrite(name string, ids ...domain.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		b.rows[id] = &domain.User{ID: id, Name: name}
	}
	b.log = append(b.log, logged{b.next, domain.Change{Table: domain.TableUsers, Kind: domain.RowsUpdated, All: true}})
	b.next++
}

// standStill has the log stand where it stood before what was written last, as it would while an older transaction is open.
func (b *base) standStill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stood = b.next - 1
}

// prune has the log forget all that it holds.
func (b *base) prune() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pruned, b.log = b.next, nil
}

func (b *base) users(ctx context.Context, ids []domain.UserID) (map[domain.UserID]*domain.User, error) {
	b.mu.Lock()
	b.loads++
	found := map[domain.UserID]*domain.User{}
	for _, id := range ids {
		if u, ok := b.rows[id]; ok {
			found[id] = u
		}
	}
	hold, held, isAway := b.holdAll, b.held, b.isAway
	if b.hold1 != nil {
		hold, held, b.hold1 = b.hold1, b.held1, nil
	}
	b.mu.Unlock()
	if isAway {
		return nil, domain.NewError(domain.Unavailable, "the database is away")
	}
	if hold != nil {
		held <- struct{}{}
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return found, nil
}

func (b *base) loaded() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.loads
}

// epochNow is the epoch of keys.
func (b *base) epochNow() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.epoch
}

// setAway makes loads fail, or succeed again.
func (b *base) setAway(isAway bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isAway = isAway
}

// holdNext makes the next load wait after it has read, until goOn is closed. The channel tells when it does. Nil takes that back.
func (b *base) holdNext(goOn chan struct{}) (held <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hold1, b.held1 = goOn, make(chan struct{}, 1)
	return b.held1
}

// user loads one.
func (b *base) user(id domain.UserID) func(context.Context) (*domain.User, bool, error) {
	return func(ctx context.Context) (*domain.User, bool, error) {
		found, err := b.users(ctx, []domain.UserID{id})
		return found[id], found[id] != nil, err
	}
}

// hold makes loads wait after they have read; release lets them go on.
func (b *base) hold() (release func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	hold := make(chan struct{})
	b.holdAll, b.held = hold, make(chan struct{}, 100)
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.holdAll = nil
		close(hold)
	})
}

// replica is a cache and its feed.
type replica struct {
	t    testing.TB
	base *base
	*Cache

	seen   domain.LogPosition
	begun  bool
	counts counts
}

// counts are what an observer was told.
type counts struct {
	mu sync.Mutex
	of map[string]int
}

func (c *counts) observer() *Observer {
	c.of = map[string]int{}
	return &Observer{
		Requests: func(tier Tier, _ string, result Result, n int) { c.add(string(tier)+" "+string(result), n) },
		Fault:    func(kind string) { c.add("fault "+kind, 1) },
	}
}

func (c *counts) add(what string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of[what] += n
}

func (c *counts) get(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[what]
}

func (c *counts) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := ""
	for _, what := range slices.Sorted(maps.Keys(c.of)) {
		text += fmt.Sprintf("%s: %d; ", what, c.of[what])
	}
	return text
}

// newReplica returns a replica that has heard the feed; server may be nil.
func newReplica(t testing.TB, b *base, server *redistest.Server) *replica {
	t.Helper()
	return hearing(openReplica(t, b, patientDoor(server), ""))
}

// impatientReplica is a replica that waits for Redis not much longer than in earnest, so that on a busy machine it may do without.
func impatientReplica(t testing.TB, b *base, server *redistest.Server) *replica {
	t.Helper()
	return hearing(openReplica(t, b, doorTo(server, 3*patience), ""))
}

func hearing(r *replica) *replica {
	r.t.Cleanup(r.shut)
	r.hear()
	return r
}

// patientDoor is a door to a Redis that answers late on a busy machine, but does: what depends on its answer can be tested. Without a server there is none.
func patientDoor(server *redistest.Server) *Door {
	if server == nil {
		return nil
	}
	return doorTo(server, 20*time.Second)
}

func doorTo(server *redistest.Server, patience time.Duration) *Door {
	d := NewDoor(redis.NewClient(&redis.Options{
		Addr: server.Address(), MaxRetries: -1, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, PoolTimeout: patience,
	}))
	d.patience = patience
	return d
}

// openReplica returns a replica that has heard nothing yet. It must be shut.
func openReplica(t testing.TB, b *base, door *Door, prefix string) *replica {
	t.Helper()
	r := &replica{t: t, base: b}
	o := Options{
		Bytes: 8 << 20, Redis: door, Observe: r.counts.observer(), Log: slog.New(slog.DiscardHandler), Prefix: prefix,
		Feed: &Feed{Since: b.since, NextEpoch: b.nextEpoch},
	}
	var err error
	if r.Cache, err = New(o); err != nil {
		t.Fatal(err)
	}
	return r
}

// shut ends the replica, and what it has of Redis.
func (r *replica) shut() {
	r.Close()
	if r.shared != nil {
		_ = r.shared.door.Close()
	}
}

// hear tells the cache what the log has that it was not told yet.
func (r *replica) hear() {
	from := r.seen
	if !r.begun {
		r.base.mu.Lock()
		from = r.base.next
		r.base.mu.Unlock()
	}
	batch, _ := r.base.since(context.Background(), r.base.id, from)
	r.seen, r.begun = batch.Next, true
	r.Changed(batch)
}

// shares waits until Redis is used.
func (r *replica) shares() *replica {
	r.t.Helper()
	eventually(r.t, "the cache uses redis", func() bool { return r.shared.standing.Load() != nil })
	return r
}

// settle waits until what was written to either tier is there.
func (r *replica) settle() {
	r.t.Helper()
	eventually(r.t, "nothing is under way", func() bool {
		r.flights.mu.Lock()
		defer r.flights.mu.Unlock()
		return len(r.flights.byKey) == 0
	})
	r.settleFills()
}

func (r *replica) settleFills() {
	if r.shared != nil {
		eventually(r.t, "what is on its way to redis is there", func() bool { return r.shared.underWay.Load() == 0 })
	}
}

func (r *replica) names(ids ...domain.UserID) []string {
	r.t.Helper()
	found, err := GetMany(context.Background(), r.Cache, UserInfo, ids, r.base.users)
	if err != nil {
		r.t.Fatal(err)
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		if u := found[id]; u != nil {
			names[i] = u.Name
		}
	}
	return names
}

// name asks for a single user.
func (r *replica) name(id domain.UserID) string {
	r.t.Helper()
	u, _, err := Get(context.Background(), r.Cache, UserInfo, id, r.base.user(id))
	if err != nil {
		r.t.Fatal(err)
	}
	if u == nil {
		return ""
	}
	return u.Name
}

func (r *replica) require(id domain.UserID, want string) {
	r.t.Helper()
	if got := r.name(id); got != want {
		r.t.Errorf("%s is %q, want %q (%s)", id, got, want, &r.counts)
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within a minute: %s", what)
		}
		time.Sleep(2 * time.Millisecond) //nolint:forbidigo // Redis tells nobody.
	}
}
