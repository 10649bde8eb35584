package demo

import (
	"strings"

	"atelier/domain"
)

var midjourneyVersions = []string{
	"", " --v 6.1", " --v 6.1", " --v 7", " --niji 6", " --v 6.1 --stylize 250", " --v 6.1 --style raw",
}

// midjourneyPrompt returns a prompt with Midjourney's parameters, and the same in English.
func (w *writer) midjourneyPrompt(t *task) (prompt, english string) {
	d := newDice(t.prompt, forPrompts, 0)
	parameters := " --ar " + t.shape.ratio + pick(d, midjourneyVersions)
	if d.oneIn(12) {
		parameters += " --no " + pick(d, w.corpus.list("negative"))
	}
	if d.percent(12) {
		chinese, english, _ := strings.Cut(pick(d, w.corpus.list("chinese")), "|")
		return chinese + parameters, english + parameters
	}
	prompt = w.keywords(d) + parameters
	return prompt, prompt
}

// sentencePrompt returns a prompt as a description in sentences.
func (w *writer) sentencePrompt(t *task) string {
	d := newDice(t.prompt, forPrompts, 0)
	f := w.corpus.fill(d)
	text := capitalized(f[slotSubject]) + " " + f[slotSetting] + "."
	if d.percent(70) {
		text += " " + capitalized(f[slotLight]) + ", " + f[slotDetail] + "."
	}
	return text + " " + capitalized(f[slotStyle]) + "."
}

// mixedPrompt returns a prompt in Chinese, as most who use Dreamwork write, or in English.
func (w *writer) mixedPrompt(t *task) string {
	d := newDice(t.prompt, forPrompts, 0)
	if d.percent(60) {
		chinese, _, _ := strings.Cut(pick(d, w.corpus.list("chinese")), "|")
		return chinese
	}
	return w.keywords(d)
}

func (w *writer) keywords(d *dice) string {
	f := w.corpus.fill(d)
	switch d.below(4) {
	case 0:
		return strings.Join([]string{f[slotSubject], f[slotStyle], f[slotDetail]}, ", ")
	case 1:
		return strings.Join([]string{f[slotSubject] + " " + f[slotSetting], f[slotLight]}, ", ")
	case 2:
		return strings.Join([]string{f[slotSubject], f[slotDetail], f[slotLight], f[slotStyle]}, ", ")
	}
	return strings.Join([]string{f[slotSubject] + " " + f[slotSetting], f[slotStyle], f[slotLight], f[slotDetail]}, ", ")
}

// resultURLs writes image_url and cloud_image_url. Midjourney shows previews while it works.
func (w *writer) resultURLs(d *dice, t *task) {
	isPreview := t.service == domain.Midjourney && t.status == domain.TaskRunning && t.progress > 20
	if t.status != domain.TaskSucceeded && !isPreview || t.action == describe {
		w.rows.Null()
		w.rows.Null()
		return
	}
	w.rows.Text(w.pictureURL(string(t.service), t.picture, t.shape))
	if isPreview || d.oneIn(15) { // Not kept by the platform, or not yet.
		w.rows.Null()
		return
	}
	w.rows.Text(w.pictureURL("cloud", t.picture, t.shape))
}

// inputImage writes the address of an image to start from.
func (w *writer) inputImage(d *dice, wanted bool) {
	if !wanted {
		w.rows.Null()
		return
	}
	w.rows.Text(w.pictureURL("uploads", d.uint64(), choose(d, shapes)))
}

func (w *writer) failReason(d *dice, t *task, list string) {
	if t.status != domain.TaskFailed {
		w.rows.Null()
		return
	}
	w.rows.Text(pick(d, w.corpus.list(list)))
}

// taskTimes writes submit, start and finish, created_at and updated_at.
func (w *writer) taskTimes(t *task) {
	w.rows.Time(int64(t.submit))
	w.rows.TimeOrNull(int64(t.start))
	w.rows.TimeOrNull(int64(t.finish))
	w.rows.Time(int64(t.submit))
	w.rows.Time(int64(t.changed()))
}

// changed is when the task's row last changed.
func (t *task) changed() micros { return max(t.submit, t.start, t.finish) }
