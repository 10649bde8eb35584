package demo

import (
	"math/bits"

	"atelier/domain"
)

// shareOut decides how many tasks, chats and messages each user has.
func (w *world) shareOut(s Size) {
	tasks := w.allot(s.Tasks, 400, forTaskShare, func(p *person) bool { return p.hasCredit })
	chats := w.allot(s.Chats, 80, forChatShare, func(p *person) bool { return p.role != domain.RolePending })
	for i := range w.people {
		w.people[i].tasks, w.people[i].chats = tasks[i], chats[i]
	}
	w.allotMessages(s.Messages, s.Chats)
}

// allot gives everyone who may have some of a total their part, so that the parts add up to it exactly. The demo
// people come first, with at most most; the first user takes what nobody has a weight for.
func (w *world) allot(total, most int, by purpose, may func(*person) bool) []int {
	parts := make([]int, len(w.people))
	weights := make([]uint64, len(w.people))
	left := total
	for i := range w.people {
		p := &w.people[i]
		if i <= demoUser {
			parts[i] = min(left, p.show(total, most))
			left -= parts[i]
		} else if may(p) {
			weights[i] = p.weight(w.dice(by, p))
		}
	}
	level(weights)
	rest := newShares(left, weights)
	for i := range parts {
		parts[i] += rest.next(weights[i])
	}
	return parts
}

// level keeps one user of a small world from having nearly everything, and makes sure that somebody has it.
func level(weights []uint64) {
	var sum uint64
	for _, weight := range weights {
		sum += weight
	}
	for i := range weights {
		weights[i] = min(weights[i], sum/8+1)
	}
	if sum == 0 && len(weights) > 0 {
		weights[0] = 1
	}
}

// show is what the demo people get of a total: enough to look at, but not most of a large demo.
func (p *person) show(total, most int) int {
	switch p.index {
	case demoUser:
		return min(total, max(total/60, most/10), most)
	case demoAdmin:
		return min(total/2, max(total/600, most/40), most/4)
	}
	return 0
}

// weight says how much a user does, compared to others.
func (p *person) weight(d *dice) uint64 {
	switch {
	case p.role == domain.RolePending:
		return 0
	case p.isDormant && d.percent(35):
		return 0
	case p.isDormant:
		return uint64(d.between(1, 3))
	}
	return uint64(d.heavyTail(512) * d.between(6, 12))
}

// allotMessages gives every chat two messages, if there are as many, and the rest to few.
func (w *world) allotMessages(total, chats int) {
	if chats == 0 {
		return
	}
	w.minimum = min(2, total/chats)
	weights := make([]uint64, len(w.people))
	for i := range w.people {
		for _, weight := range w.chatWeights(&w.people[i]) {
			weights[i] += weight
		}
	}
	extra := newShares(total-w.minimum*chats, weights)
	for i := range w.people {
		w.people[i].messages = w.minimum*w.people[i].chats + extra.next(weights[i])
	}
}

// chatWeights says how long each chat of a user is, compared to all others.
func (w *world) chatWeights(p *person) []uint64 {
	d := w.dice(forChatSizes, p)
	weights := make([]uint64, p.chats)
	for i := range weights {
		weights[i] = uint64(d.heavyTail(1024))
	}
	if p.index == demoUser && len(weights) > 0 {
		weights[0] = 512 // One that is worth scrolling through.
	}
	return weights
}

// shares divide a total by weights in whole parts: those given so far are always the share of the weights seen so
// far, rounded down, so that in the end nothing is left over.
type shares struct {
	total, weights uint64
	seen, given    uint64
}

func newShares(total int, weights []uint64) *shares {
	s := &shares{total: uint64(total)}
	for _, weight := range weights {
		s.weights += weight
	}
	return s
}

func (s *shares) next(weight uint64) int {
	if weight == 0 {
		return 0
	}
	s.seen += weight
	high, low := bits.Mul64(s.total, s.seen)
	upTo, _ := bits.Div64(high, low, s.weights)
	part := upTo - s.given
	s.given = upTo
	return int(part)
}
