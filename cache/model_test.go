package cache

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"atelier/cache/redistest"
	"atelier/domain"
)

// TestCoherence lets two replicas that share a Redis read, write, hear, fall silent and restart in any order, with readers that are slow and a
// Redis that comes, goes and forgets, and holds every answer to the bounds: it is no older than what the replica was told before it was
// asked; no older than the last commit where nothing is heard; and never older than what the asker wrote.
func TestCoherence(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	rapid.Check(t, func(r *rapid.T) {
		steps := genSteps.Draw(r, "steps")
		if err := newModel(t, server).run(steps); err != nil {
			r.Fatalf("%v, after %v", err, steps)
		}
	})
}

// TestAPlantedLateFillIsFound runs the same with a slow reader whose value is put where it does not belong any more, in either tier: if the
// bounds do not find that, they find nothing.
func TestAPlantedLateFillIsFound(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for name, plant := range map[string]func(*modelReplica, *domain.User){"in process": plantInProcess, "in redis": plantInRedis} {
		t.Run(name, func(t *testing.T) {
			for seed := range 2000 {
				m := newModel(t, server)
				m.plant = plant
				if err := m.run(genSteps.Example(seed)); err != nil {
					t.Logf("found at seed %d: %v", seed, err)
					return
				}
			}
			t.Error("it is not found")
		})
	}
}

// plantInProcess is a fill without a check of its age.
func plantInProcess(r *modelReplica, u *domain.User) {
	it := newItem(UserInfo, UserInfo.keyOf(u.ID), u, true, r.ages.now(), nil, time.Now())
	it.pack(&coder{})
	r.local.memory.SetWithTTL(it.key.first, it, it.size, time.Minute)
	r.local.memory.Wait()
}

// plantInRedis is a fill without a lease.
func plantInRedis(r *modelReplica, u *domain.User) {
	s := r.shared.standing.Load()
	if s == nil {
		return
	}
	it := newItem(UserInfo, UserInfo.keyOf(u.ID), u, true, r.ages.now(), nil, time.Now())
	client, ctx := r.shared.door.client, context.Background()
	it.shared.era, _ = client.HGet(ctx, s.state, eraOf(it.key.spec())).Result()
	if it.shared.era == "" {
		it.shared.era = "0"
	}
	it.shared.ticket = newTicket()
	client.Set(ctx, s.nameOf(it.key), it.write(encoded(UserInfo, u)), time.Minute)
}

// step is something that happens: to one of the replicas, with one of the users.
type step struct{ what, replica, user int }

// happenings, each as often as it stands here.
const (
	readsOne = iota
	readsOneAgain
	readsMany
	readsManyAgain
	writes
	writesAgain
	writesHere
	hears
	hearsAgain
	hearsOnceMore
	allHear
	fallsSilent
	slowReaderComes
	slowReaderComesAgain
	slowReaderIsBack
	redisTurns
	redisForgets
	writesAll
	logForgets
	restarts
	waits
	numberOfHappenings
)

const modelUsers = 3

var genSteps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
	return step{
		rapid.IntRange(0, numberOfHappenings-1).Draw(t, "what"), rapid.IntRange(0, 1).Draw(t, "replica"), rapid.IntRange(0, modelUsers-1).Draw(t, "user"),
	}
}), 1, 40)

// model knows what was committed and what each replica was told. A user's name is the number of the commit that gave it.
type model struct {
	t         testing.TB
	server    *redistest.Server
	isUp      bool
	prefix    string
	base      *base
	committed map[domain.UserID]int
	commits   int
	replicas  [2]*modelReplica
	slow      []*slowReader
	plant     func(*modelReplica, *domain.User)
}

type modelReplica struct {
	*replica

	heard    map[domain.UserID]int // What was committed when it last heard of changes.
	isSilent bool
	wrote    map[domain.UserID]int // What was written through it.
}

// slowReader has read, and is held up on its way.
type slowReader struct {
	replica *modelReplica
	user    domain.UserID
	least   int
	goOn    chan struct{}
	name    chan string
}

func newModel(t testing.TB, server *redistest.Server) *model {
	m := &model{t: t, server: server, isUp: true, prefix: newName(), base: newBase(), committed: map[domain.UserID]int{}}
	for i := range m.replicas {
		m.start(i)
	}
	return m
}

func (m *model) start(i int) {
	r := &modelReplica{replica: openReplica(m.t, m.base, patientDoor(m.server), m.prefix), wrote: map[domain.UserID]int{}}
	m.replicas[i] = r
	m.hear(r)
}

// run takes the steps, and returns what was wrong.
func (m *model) run(steps []step) error {
	defer m.end()
	for i, s := range steps {
		if err := m.take(s); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	for len(m.slow) > 0 {
		if err := m.comeBack(); err != nil {
			return err
		}
	}
	for _, r := range m.replicas {
		m.hear(r)
		if err := m.read(r, userNames()...); err != nil {
			return fmt.Errorf("in the end: %w", err)
		}
	}
	return nil
}

func (m *model) end() {
	for _, s := range m.slow {
		close(s.goOn)
		<-s.name
	}
	for _, r := range m.replicas {
		r.shut()
	}
	if !m.isUp {
		m.server.Up()
	}
}

func userNames() (ids []domain.UserID) {
	for i := range modelUsers {
		ids = append(ids, domain.UserID(fmt.Sprint("u", i)))
	}
	return ids
}

func (m *model) take(s step) error {
	r, id := m.replicas[s.replica], userNames()[s.user]
	switch s.what {
	case readsOne, readsOneAgain:
		return m.read(r, id)
	case readsMany, readsManyAgain:
		return m.read(r, userNames()...)
	case writes, writesAgain:
		m.commit(id)
	case writesHere:
		return m.writeHere(r, id)
	case hears, hearsAgain, hearsOnceMore:
		m.hear(r)
	case allHear:
		m.hear(m.replicas[0])
		m.hear(m.replicas[1])
	case fallsSilent:
		ago := time.Now().Add(-maxSilence)
		r.asOf.Store(&ago)
		r.isSilent = true
	case slowReaderComes, slowReaderComesAgain:
		m.comeSlowly(r, id)
	case slowReaderIsBack:
		return m.comeBack()
	default:
		m.disturb(s.what, s.replica)
	}
	return nil
}

// disturb does what no answer may show.
func (m *model) disturb(what, replica int) {
	switch what {
	case redisTurns:
		if m.isUp {
			m.server.Kill()
		} else {
			m.server.Up()
		}
		m.isUp = !m.isUp
	case redisForgets:
		if m.isUp {
			m.forget([]string{"*state", "*session*", "*user_info*", "*"}[m.commits%4])
		}
	case writesAll:
		m.commits++
		for _, id := range userNames() {
			m.committed[id] = m.commits
		}
		m.base.rewrite(strconv.Itoa(m.commits), userNames()...)
	case logForgets:
		m.base.prune()
	case restarts:
		m.replicas[replica].shut()
		m.start(replica)
	case waits:
		if r := m.replicas[replica]; m.isUp {
			m.hear(r) // Who hears nothing does not join.
			r.shares()
			r.settleFills()
		}
	}
}

func (m *model) forget(pattern string) {
	client, ctx := m.server.Client(), context.Background()
	for _, name := range client.Keys(ctx, "{"+m.prefix+"}"+pattern).Val() {
		client.Del(ctx, name)
	}
}

func (m *model) commit(id domain.UserID) {
	m.commits++
	m.committed[id] = m.commits
	m.base.write(id, strconv.Itoa(m.commits))
}

// writeHere has ada write through a replica, and read there at once.
func (m *model) writeHere(r *modelReplica, id domain.UserID) error {
	request, end := context.WithCancel(context.Background())
	r.Writing(request, "ada")
	m.commit(id)
	r.wrote[id] = m.commits
	end()
	return m.read(r, id)
}

func (m *model) hear(r *modelReplica) {
	r.hear()
	r.heard, r.isSilent = maps.Clone(m.committed), false
}

// least is the oldest that a replica may answer to whoever asks now.
func (m *model) least(r *modelReplica, id domain.UserID) int {
	return max(r.heard[id], r.wrote[id], m.silentLeast(r, id))
}

// read asks as ada, for one user or for several.
func (m *model) read(r *modelReplica, ids ...domain.UserID) error {
	ctx := r.For(context.Background(), "ada")
	ids = slices.DeleteFunc(slices.Clone(ids), func(id domain.UserID) bool { return m.isHeldUp(r, id) })
	for _, id := range ids {
		least := m.least(r, id)
		if got := askFor(ctx, r.replica, id, ids); got < least || got > m.committed[id] {
			return fmt.Errorf("%s is %d at a replica that must know %d, of %d", id, got, least, m.committed[id])
		}
	}
	return nil
}

// isHeldUp reports whether whoever asks would wait for a slow reader.
func (m *model) isHeldUp(r *modelReplica, id domain.UserID) bool {
	r.flights.mu.Lock()
	defer r.flights.mu.Unlock()
	_, isUnderWay := r.flights.byKey[UserInfo.keyOf(id)]
	return isUnderWay && slices.ContainsFunc(m.slow, func(s *slowReader) bool { return s.replica == r && s.user == id })
}

func askFor(ctx context.Context, r *replica, id domain.UserID, ids []domain.UserID) int {
	var u *domain.User
	var err error
	if len(ids) == 1 {
		u, _, err = Get(ctx, r.Cache, UserInfo, id, r.base.user(id))
	} else {
		var found map[domain.UserID]*domain.User
		found, err = GetMany(ctx, r.Cache, UserInfo, ids, r.base.users)
		u = found[id]
	}
	if err != nil {
		return -1
	}
	if u == nil {
		return 0
	}
	commit, _ := strconv.Atoi(u.Name)
	return commit
}

// comeSlowly has somebody read who is held up after the database has answered, if it is asked.
func (m *model) comeSlowly(r *modelReplica, id domain.UserID) {
	if m.isHeldUp(r, id) {
		return
	}
	s := &slowReader{replica: r, user: id, least: max(r.heard[id], m.silentLeast(r, id)), goOn: make(chan struct{}), name: make(chan string, 1)}
	held := m.base.holdNext(s.goOn)
	go func() { s.name <- strconv.Itoa(askFor(context.Background(), r.replica, id, []domain.UserID{id})) }()
	select {
	case <-held:
	case name := <-s.name: // It was not asked.
		m.base.holdNext(nil)
		s.name <- name
	}
	m.slow = append(m.slow, s)
}

// silentLeast is what a replica that hears nothing must answer at least.
func (m *model) silentLeast(r *modelReplica, id domain.UserID) int {
	if r.isSilent {
		return m.committed[id]
	}
	return 0
}

// comeBack lets the slow reader go on who came first.
func (m *model) comeBack() error {
	if len(m.slow) == 0 {
		return nil
	}
	s := m.slow[0]
	m.slow = m.slow[1:]
	close(s.goOn)
	got, _ := strconv.Atoi(<-s.name)
	if got < s.least {
		return fmt.Errorf("a slow reader of %s got %d and must know %d", s.user, got, s.least)
	}
	if m.plant != nil && got > 0 && slices.Contains(m.replicas[:], s.replica) {
		m.plant(s.replica, &domain.User{ID: s.user, Name: strconv.Itoa(got)})
	}
	return nil
}
