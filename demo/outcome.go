package demo

import "atelier/domain"

// scene is a state that one of the demo user's newest tasks is in, so that each state can be looked at.
type scene struct {
	service domain.Service
	word    string
	age     micros // Of the task.
}

// scenes from the newest on. No more than five of a service are under way: it takes no more at a time.
var scenes = []scene{
	{domain.Midjourney, "NOT_START", 45 * second},
	{domain.Flux, "PENDING", 50 * second},
	{domain.Dreamwork, "NOT_START", 55 * second},
	{domain.Midjourney, "SUBMITTED", 70 * second},
	{domain.Midjourney, "IN_PROGRESS", 80 * second},
	{domain.Flux, "IN_PROGRESS", 85 * second},
	{domain.Dreamwork, "IN_PROGRESS", 90 * second},
	{domain.Midjourney, "MODAL", 25 * minute},
	{domain.Midjourney, "SUCCESS", 26 * minute},
	{domain.Midjourney, "FAILURE", 31 * minute},
	{domain.Flux, "CANCELLED", 34 * minute},
	{domain.Flux, "SUCCESS", 36 * minute},
	{domain.Flux, "FAILED", 41 * minute},
	{domain.Dreamwork, "SUCCESS", 44 * minute},
	{domain.Dreamwork, "FAILURE", 52 * minute},
	{domain.Midjourney, unknownWord, 3 * hour},
}

// unknownWord is a state that a provider made up without telling anyone.
const unknownWord = "THROTTLED"

// sceneFor returns the scene of a user's task, counted from the newest, or nil.
func (w *world) sceneFor(p *person, fromNewest int) *scene {
	if p.index != demoUser || fromNewest >= len(scenes) {
		return nil
	}
	return &scenes[fromNewest]
}

// play decides what becomes of a task, and when.
func (w *world) play(d *dice, t *task, s *scene) {
	start := t.submit + d.span(t.offer.wait[0], t.offer.wait[1])
	finish := start + d.span(t.offer.work[0], t.offer.work[1])
	if s != nil {
		t.submit = w.now - s.age
		start, finish = t.submit+6*second, t.submit+4*minute
		t.word = s.word
	} else {
		t.word = w.drawWord(d, t, start, finish)
	}
	t.status = domain.StatusOf(t.service, t.word)
	switch t.status {
	case domain.TaskQueued:
	case domain.TaskRunning:
		t.start = start
		t.progress = int(100 * (w.now - start) / (finish - start))
	case domain.TaskSucceeded:
		t.start, t.finish, t.progress = start, finish, 100
		if t.images > 1 && d.percent(8) {
			t.missing = 1
		}
	case domain.TaskFailed, domain.TaskCancelled:
		t.fail(d, start, finish)
	default: // Waiting for an answer, or in a state of the provider's own.
		t.start, t.progress = start, int(d.between(0, 40))
	}
}

// drawWord draws a state; what would end later than now is still under way.
func (w *world) drawWord(d *dice, t *task, start, finish micros) string {
	words := wordsOf[t.service]
	switch chance := d.below(20_000); {
	case start > w.now:
		return pick(d, words.queued)
	case chance == 0:
		return unknownWord
	case chance < 60 && words.waiting != "" && w.now-t.submit < 20*day:
		return words.waiting
	case finish > w.now:
		return words.running
	case chance < 1_800:
		return pick(d, words.failed)
	}
	return words.succeeded
}

// words are a service's names for the states.
type words struct {
	queued, failed              []string
	waiting, running, succeeded string
}

var wordsOf = map[domain.Service]words{
	domain.Midjourney: {
		queued: []string{"NOT_START", "SUBMITTED"}, failed: []string{"FAILURE"},
		waiting: "MODAL", running: "IN_PROGRESS", succeeded: "SUCCESS",
	},
	domain.Flux: {
		queued: []string{"PENDING"}, failed: []string{"FAILED", "FAILED", "FAILED", "CANCELLED"},
		running: "IN_PROGRESS", succeeded: "SUCCESS",
	},
	domain.Dreamwork: {
		queued: []string{"NOT_START", "SUBMITTED"}, failed: []string{"FAILURE"},
		running: "IN_PROGRESS", succeeded: "SUCCESS",
	},
}

// fail ends a task that was refused at the door, or broke down on the way.
func (t *task) fail(d *dice, start, finish micros) {
	if d.percent(30) {
		t.finish = t.submit + d.span(second/5, second)
		return
	}
	t.start, t.progress = start, int(d.between(0, 95))
	t.finish = start + (finish-start)*micros(d.between(5, 100))/100
}
