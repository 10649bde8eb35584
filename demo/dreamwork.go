package demo

import "atelier/domain"

var dreamworkColumns = []string{
	"id", "user_id", "action", "status", "prompt", "model", "size", "guidance_scale", "seed", "watermark",
	"progress", "input_image", "image_url", "cloud_image_url", "fail_reason", "credits_cost", "submit_time",
	"start_time", "finish_time", "created_at", "updated_at",
}

func (d *dice) requestDreamwork(t *task) {
	t.action, t.offer, t.shape, t.images = "TEXT_TO_IMAGE", choose(d, dreamworkModels), choose(d, shapes), 1
	if d.percent(25) {
		t.action = "IMAGE_TO_IMAGE"
	}
}

func (w *writer) dreamworkRows(p *person) error {
	d := w.dice(forDreamwork, p)
	tasks := w.tasksOf(p)
	for i := range tasks {
		if tasks[i].service != domain.Dreamwork {
			continue
		}
		w.dreamworkRow(d, p, &tasks[i])
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) dreamworkRow(d *dice, p *person, t *task) {
	r := w.rows
	r.Bytes(w.idText(t.id))
	r.Text(p.id)
	r.Text(t.action)
	r.Text(t.word)
	r.Text(w.mixedPrompt(t))
	r.Text(t.offer.name)
	r.Text(t.shape.size())
	r.Float(pick(d, []float64{2.5, 2.5, 3, 5, 7.5}))
	if d.percent(50) {
		r.Int(d.below(1 << 31))
	} else {
		r.Int(-1) // The service's word for "choose one".
	}
	r.Bool(d.percent(20))
	r.Int(int64(t.progress))
	w.inputImage(d, t.action == "IMAGE_TO_IMAGE")
	w.resultURLs(d, t)
	w.failReason(d, t, "dreamwork failure")
	r.Amount(t.cost())
	w.taskTimes(t)
}
