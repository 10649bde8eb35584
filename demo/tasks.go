package demo

import "atelier/domain"

// task is what all tables must agree on about a task. The rest is drawn when its row is written.
type task struct {
	id      uuid
	service domain.Service
	word    string // The provider's word for the state.
	status  domain.TaskStatus
	submit  micros
	start   micros // Zero: not yet, or never.
	finish  micros // Zero: not yet.

	progress int
	action   string // What the service is asked to do, in its own words.
	offer    *offer
	images   int64  // How many were asked for.
	missing  int64  // How many of them a success did not deliver, and did not charge.
	prompt   uint64 // The seed of what was asked for: an upscale shares it with its parent.
	picture  uint64 // The seed of the result.
	shape    *shape
	parent   int // The index of the task whose picture this one works on; -1: none.
}

// cost is what the task held when it was submitted, in ten-thousandths of a credit.
func (t *task) cost() int64 { return t.offer.price * t.images }

// saving is what of the cost came back when a success was settled.
func (t *task) saving() int64 { return t.offer.price * t.missing }

// tasksOf draws a user's tasks of all services in the order of their submission. Each pass over the users draws
// them anew, and gets the same.
func (w *world) tasksOf(p *person) []task {
	if p.tasks == 0 {
		return nil
	}
	d := w.dice(forTasks, p)
	times := make([]micros, p.tasks)
	d.sessions(times, p.joined, w.lastSession(p))
	w.submitLast(d, p, times)
	tasks := make([]task, p.tasks)
	favourite := pick(d, services)
	for i := range tasks {
		t := &tasks[i]
		t.id, t.submit, t.parent = randomID(d), times[i], -1
		t.prompt, t.picture = d.uint64(), d.uint64()
		t.service = favourite
		if d.percent(45) {
			t.service = pick(d, services)
		}
		scene := w.sceneFor(p, len(tasks)-1-i)
		if scene != nil {
			t.service = scene.service
		}
		d.request(tasks, i)
		w.play(d, t, scene)
	}
	return tasks
}

// lastSession is when a user's drawn tasks end; the demo user's scenes follow.
func (w *world) lastSession(p *person) micros {
	if p.index == demoUser {
		return w.now - 4*hour
	}
	return p.lastActive
}

// services in the proportion in which they are used.
var services = []domain.Service{
	domain.Midjourney, domain.Midjourney, domain.Midjourney, domain.Flux, domain.Flux, domain.Dreamwork,
}

// submitLast moves the last tasks of a user who is online close to the present, so that some are at work. At most three:
// services take five at a time.
func (w *world) submitLast(d *dice, p *person, times []micros) {
	if p.index == demoUser || w.now-p.lastActive > 5*minute {
		return
	}
	for i := max(0, len(times)-int(d.between(0, 3))); i < len(times); i++ {
		times[i] = max(times[max(0, i-1)], p.lastActive-d.span(0, 40*second))
	}
}

// request draws what task i of a user asks for.
func (d *dice) request(tasks []task, i int) {
	t := &tasks[i]
	switch t.service {
	case domain.Midjourney:
		d.requestMidjourney(tasks, i)
	case domain.Flux:
		d.requestFlux(t)
	case domain.Dreamwork:
		d.requestDreamwork(t)
	}
}
