package demo

import (
	"fmt"

	"atelier/domain"
)

var midjourneyColumns = []string{
	"id", "user_id", "action", "mode", "status", "prompt", "prompt_en", "description", "progress", "image_url",
	"cloud_image_url", "fail_reason", "parent_task_id", "properties", "buttons", "credits_cost", "submit_time",
	"start_time", "finish_time", "created_at", "updated_at",
}

// Midjourney's actions.
const (
	imagine   = "IMAGINE"
	upscale   = "UPSCALE"
	variation = "VARIATION"
	reroll    = "REROLL"
	describe  = "DESCRIBE"
)

// midjourneyActions in their proportion. Those that need a picture to work on become an IMAGINE where there is none.
var midjourneyActions = []string{
	imagine, imagine, imagine, imagine, imagine, imagine, imagine, imagine, imagine, imagine, imagine, "BLEND", describe,
	upscale, upscale, upscale, upscale, upscale, variation, variation, variation, reroll,
}

func (d *dice) requestMidjourney(tasks []task, i int) {
	t := &tasks[i]
	t.images, t.shape = 1, choose(d, shapes)
	t.offer = &midjourneyModes[[]int{0, 1, 1, 1, 1, 2, 2, 2, 2, 2}[d.below(10)]]
	t.action = pick(d, midjourneyActions)
	if t.action != upscale && t.action != variation && t.action != reroll {
		return
	}
	t.parent = parentFor(tasks, i)
	if t.parent < 0 {
		t.action = imagine
		return
	}
	t.prompt, t.shape = tasks[t.parent].prompt, tasks[t.parent].shape
}

// parentFor looks for a grid of four among the last dozen of a user's tasks that was there when task i was submitted.
func parentFor(tasks []task, i int) int {
	for j := i - 1; j >= max(0, i-12); j-- {
		t := &tasks[j]
		if t.isGrid() && t.finish < tasks[i].submit {
			return j
		}
	}
	return -1
}

// isGrid reports whether the task gave four pictures in one, which can be upscaled and varied.
func (t *task) isGrid() bool {
	return t.service == domain.Midjourney && t.status == domain.TaskSucceeded && t.action != upscale && t.action != describe
}

func (w *writer) midjourneyRows(p *person) error {
	d := w.dice(forMidjourney, p)
	tasks := w.tasksOf(p)
	for i := range tasks {
		if tasks[i].service != domain.Midjourney {
			continue
		}
		w.midjourneyRow(d, p, tasks, i)
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) midjourneyRow(d *dice, p *person, tasks []task, i int) {
	t, r := &tasks[i], w.rows
	r.Bytes(w.idText(t.id))
	r.Text(p.id)
	r.Text(t.action)
	r.Text(t.offer.name)
	r.Text(t.word)
	w.midjourneyTexts(t)
	r.Int(int64(t.progress))
	w.resultURLs(d, t)
	w.failReason(d, t, "midjourney failure")
	if t.parent < 0 {
		r.Null()
	} else {
		r.Bytes(w.idText(tasks[t.parent].id))
	}
	w.midjourneyProperties(d, t)
	w.midjourneyButtons(t)
	r.Amount(t.cost())
	w.taskTimes(t)
}

// midjourneyTexts writes prompt, prompt_en and description. Some prompts are Chinese, and translated.
func (w *writer) midjourneyTexts(t *task) {
	if t.action == describe || t.action == "BLEND" {
		w.rows.Null()
		w.rows.Null()
	} else {
		prompt, english := w.midjourneyPrompt(t)
		w.rows.Text(prompt)
		w.rows.Text(english)
	}
	if t.action != describe || t.status != domain.TaskSucceeded {
		w.rows.Null()
		return
	}
	d := newDice(t.prompt, forPrompts, 0)
	filled := w.corpus.fill(d)
	w.text = pick(d, w.corpus.describe).appendTo(w.text[:0], &filled)
	w.rows.Bytes(w.text)
}

// midjourneyProperties writes what a gateway to Midjourney keeps with a task.
func (w *writer) midjourneyProperties(d *dice, t *task) {
	if t.status == domain.TaskQueued {
		w.rows.Null()
		return
	}
	const format = `{"botType": "MID_JOURNEY", "nonce": "%d", "messageId": "%d", "messageHash": "%016x", "flags": 0}`
	w.text = fmt.Appendf(w.text[:0], format, d.between(1e18, 2e18), d.between(1e18, 2e18), t.picture)
	w.rows.Bytes(w.text)
}

// midjourneyButtons writes what can be done next with a result.
func (w *writer) midjourneyButtons(t *task) {
	if t.status != domain.TaskSucceeded || t.action == describe {
		w.rows.Null()
		return
	}
	w.text = append(w.text[:0], '[')
	if t.isGrid() {
		for n := 1; n <= 4; n++ {
			w.button("U%d", "upsample::%d", n, t)
			w.button("V%d", "variation::%d", n, t)
		}
	} else {
		w.button("Vary %d", "low_variation::%d", 1, t)
		w.button("Zoom Out %dx", "outpaint::%d", 2, t)
	}
	w.text = fmt.Appendf(w.text, `{"label": "", "emoji": "🔄", "customId": "MJ::JOB::reroll::0::%016x::SOLO"}]`, t.picture)
	w.rows.Bytes(w.text)
}

// button appends one of a numbered kind, and a comma.
func (w *writer) button(label, job string, n int, t *task) {
	w.text = fmt.Appendf(w.text, `{"label": "`+label+`", `, n)
	w.text = fmt.Appendf(w.text, `"customId": "MJ::JOB::`+job+`::%016x"}, `, n, t.picture)
}
