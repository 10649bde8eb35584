package demo

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"atelier/domain"
)

var fileColumns = []string{"id", "user_id", "hash", "filename", "path", "meta", "created_at", "updated_at"}

// fileRows writes what a user uploaded: a few files for those who work or talk a lot.
func (w *writer) fileRows(p *person) error {
	d := w.dice(forFiles, p)
	if p.role == domain.RolePending {
		return nil
	}
	count := min(60, p.tasks/30+p.chats/5+int(d.below(3)))
	for range count {
		w.fileRow(d, p)
		if err := w.rows.End(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) fileRow(d *dice, p *person) {
	id, name := randomID(d), pick(d, w.corpus.list("upload"))
	at := d.moment(p.joined, max(p.joined, p.lastActive))
	var hash [32]byte
	for i := 0; i < len(hash); i += 8 {
		binary.BigEndian.PutUint64(hash[i:], d.uint64())
	}
	r := w.rows
	r.Bytes(w.idText(id))
	r.Text(p.id)
	r.Bytes(hex.AppendEncode(w.text[:0], hash[:]))
	r.Text(name)
	r.Text("uploads/" + id.String() + path.Ext(name))
	size := 1024*d.heavyTail(4096) + d.below(1024)
	r.Bytes(fmt.Appendf(w.text[:0], `{"size": %d, "content_type": "%s"}`, size, contentTypes[strings.ToLower(path.Ext(name))]))
	r.Time(int64(at))
	r.Time(int64(at))
}

// contentTypes of the uploads, spelled out since those that mime knows differ between machines.
var contentTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".heic": "image/heic", ".svg": "image/svg+xml",
	".pdf": "application/pdf", ".md": "text/markdown", ".json": "application/json", ".csv": "text/csv",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

var generatedFileColumns = []string{
	"id", "user_id", "filename", "file_type", "mime_type", "file_size", "storage_provider", "local_path",
	"cloud_url", "source_type", "source_task_id", "file_metadata", "status", "created_at", "updated_at",
}

// generatedFileRows writes the images that a user's tasks delivered; a few are not kept.
func (w *writer) generatedFileRows(p *person) error {
	d := w.dice(forGeneratedFiles, p)
	tasks := w.tasksOf(p)
	for i := range tasks {
		t := &tasks[i]
		if t.status != domain.TaskSucceeded || t.action == describe || d.oneIn(12) {
			continue
		}
		for image := range t.images - t.missing {
			w.generatedFileRow(d, p, t, image)
			if err := w.rows.End(); err != nil {
				return err
			}
		}
	}
	return nil
}

// generatedFileRow writes one image of a task. The first is that which the task shows.
func (w *writer) generatedFileRow(d *dice, p *person, t *task, image int64) {
	picture := t.picture
	if image > 0 {
		picture = mix(picture + uint64(image))
	}
	name := fmt.Sprintf("%s_%016x_%d.svg", t.service, t.picture, image)
	isLocal := d.percent(30)
	r := w.rows
	r.Bytes(w.idText(randomID(d)))
	r.Text(p.id)
	r.Text(name)
	r.Text("image")
	r.Text("image/svg+xml")
	r.Int(d.between(900, 6000))
	if isLocal {
		r.Text("local")
		r.Text("generated/" + name)
	} else {
		r.Text("s3")
		r.Null()
	}
	r.Text(w.pictureURL("cloud", picture, t.shape))
	r.Text(string(t.service))
	r.Bytes(w.idText(t.id))
	w.imageMetadata(t, image)
	r.Text([]string{"deleted", "archived", "active"}[min(2, d.below(40))])
	r.Time(int64(t.finish))
	r.Time(int64(t.finish))
}

func (w *writer) imageMetadata(t *task, image int64) {
	w.text = fmt.Appendf(w.text[:0], `{"width": %d, "height": %d, "index": %d, "format": "svg"}`,
		t.shape.width, t.shape.height, image)
	w.rows.Bytes(w.text)
}
