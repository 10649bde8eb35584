package demo

import "atelier/domain"

// The first four users have a part to play, if there are that many; all others are drawn.
const (
	demoAdmin = iota
	demoUser
	firstPending
	firstDormant
)

// person is what all tables must agree on about a user. Everything else is drawn when it is written.
type person struct {
	index      int
	id         string
	role       domain.Role
	joined     micros
	lastActive micros // Zero: never came back after signing up.
	isDormant  bool   // Nothing happened in the last four months.
	hasCredit  bool   // Has a balance, and so a ledger, and so may have tasks.

	tasks    int
	chats    int
	messages int // In all the chats.
}

// world is everything that the rows are made from: a seed, a moment, and some bytes per user.
type world struct {
	seed      uint64
	now       micros
	imageBase string
	corpus    *corpus
	people    []person
	admins    []string // Ids.
	minimum   int      // Messages of every chat.
}

func newWorld(o Options) *world {
	w := &world{
		seed:      o.RandomSeed,
		now:       micros(o.Now.UnixMicro()),
		imageBase: o.ImageBase,
		corpus:    loadCorpus(),
		people:    make([]person, o.Users),
	}
	for i := range w.people {
		w.people[i] = w.newPerson(i)
		if w.people[i].role == domain.RoleAdmin {
			w.admins = append(w.admins, w.people[i].id)
		}
	}
	w.shareOut(o.Size)
	return w
}

func (w *world) dice(p purpose, who *person) *dice { return newDice(w.seed, p, who.index) }

func (w *world) newPerson(index int) person {
	d := newDice(w.seed, forStanding, index)
	p := person{index: index, id: randomID(d).String(), role: domain.RoleUser, hasCredit: true}
	switch {
	case index == demoAdmin:
		p.id, p.role = adminID, domain.RoleAdmin
	case index == demoUser:
		p.id = userID
	case index == firstPending || index > firstDormant && d.percent(4):
		p.role, p.hasCredit = domain.RolePending, false
	case index == firstDormant || d.percent(45):
		p.isDormant, p.hasCredit = true, d.percent(85)
	default:
		p.hasCredit = d.percent(94)
		if d.oneIn(150) {
			p.role = domain.RoleAdmin
		}
	}
	w.drawActivity(d, &p)
	return p
}

// imported is how long ago a block of users came over from an older system, all at once.
const imported = 405*day + 3*hour + 17*minute

func (w *world) drawActivity(d *dice, p *person) {
	const years = 2 * 365 * day
	switch {
	case p.index <= demoUser:
		p.joined, p.lastActive = w.now-300*day-7*hour, w.now-40*second
	case p.role == domain.RolePending:
		p.joined = d.moment(w.now-60*day, w.now-hour)
		if d.percent(50) {
			p.lastActive = p.joined + d.span(second, 20*minute)
		}
	case p.isDormant:
		p.joined = d.moment(w.now-years, w.now-150*day)
		p.lastActive = d.span(p.joined+day, w.now-125*day)
	default:
		p.joined = d.moment(w.now-years, w.now-2*day)
		p.lastActive = max(p.joined+d.span(hour, 2*day), w.now-d.idleTime())
	}
	if p.index > firstDormant && p.joined < w.now-imported && d.percent(25) {
		p.joined = w.now - imported
		p.lastActive = max(p.lastActive, p.joined+d.span(hour, 20*day))
	}
}

// idleTime is how long ago an active user was last seen: minutes for some, a month at most.
func (d *dice) idleTime() micros {
	if d.percent(6) {
		return d.span(second, 4*minute)
	}
	share := d.span(1, 1000) // Cubed, so that small shares are frequent.
	return 30 * day / 1000 * share / 1000 * share / 1000 * share
}
