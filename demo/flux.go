package demo

import "atelier/domain"

var fluxColumns = []string{
	"id", "user_id", "request_id", "model", "task_type", "status", "prompt", "input_image_url", "num_images",
	"aspect_ratio", "guidance_scale", "num_inference_steps", "seed", "progress", "image_url", "cloud_image_url",
	"error_message", "retry_count", "credits_cost", "started_at", "completed_at", "created_at", "updated_at",
}

// Flux's kinds of tasks.
const (
	textToImage  = "text_to_image"
	imageToImage = "image_to_image"
)

func (d *dice) requestFlux(t *task) {
	t.action, t.offer, t.shape = textToImage, choose(d, fluxModels), choose(d, shapes)
	if d.percent(22) {
		t.action, t.offer = imageToImage, &fluxEdit
	}
	t.images = []int64{1, 1, 1, 1, 1, 1, 2, 2, 4}[d.below(9)]
}

func (w *writer) fluxRows(p *person) error {
	d := w.dice(forFlux, p)
	tasks := w.tasksOf(p)
	for i := range tasks {
		if tasks[i].service != domain.Flux {
			continue
		}
		w.fluxRow(d, p, &tasks[i])
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) fluxRow(d *dice, p *person, t *task) {
	r := w.rows
	r.Bytes(w.idText(t.id))
	r.Text(p.id)
	if t.status == domain.TaskQueued {
		r.Null() // The service has not named the request yet.
	} else {
		r.Bytes(w.idText(randomID(d)))
	}
	r.Text(t.offer.name)
	r.Text(t.action)
	r.Text(t.word)
	r.Text(w.sentencePrompt(t))
	w.inputImage(d, t.action == imageToImage)
	r.Int(t.images)
	r.Text(t.shape.ratio)
	w.fluxSampling(d, t)
	r.Int(int64(t.progress))
	w.resultURLs(d, t)
	w.failReason(d, t, "flux failure")
	w.retries(d, t)
	r.Amount(t.cost())
	r.TimeOrNull(int64(t.start))
	r.TimeOrNull(int64(t.finish))
	r.Time(int64(t.submit))
	r.Time(int64(t.changed()))
}

// fluxSampling writes guidance_scale, num_inference_steps and seed.
func (w *writer) fluxSampling(d *dice, t *task) {
	if t.offer.name == "flux-schnell" {
		w.rows.Null() // It is distilled and takes no guidance.
		w.rows.Int(4)
	} else {
		w.rows.Float(pick(d, []float64{2.5, 3, 3.5, 3.5, 3.5, 4, 5}))
		w.rows.Int(pick(d, []int64{20, 25, 28, 28, 28, 40, 50}))
	}
	if d.percent(70) {
		w.rows.Int(d.below(1 << 32))
	} else {
		w.rows.Null()
	}
}

// retries writes how often the service was asked again: for most tasks, never.
func (w *writer) retries(d *dice, t *task) {
	switch {
	case t.status == domain.TaskFailed:
		w.rows.Int(d.below(4))
	case d.oneIn(25):
		w.rows.Int(1)
	default:
		w.rows.Int(0)
	}
}
