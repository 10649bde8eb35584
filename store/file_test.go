package store_test

import (
	"testing"

	"atelier/domain"
)

func TestFilesByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, `INSERT INTO file (id, user_id, hash, filename, path, meta, created_at, updated_at) VALUES ('f', 'u', 'h', 'a.png', '/secret', '{"k": 1}', $1, $1), ('g', 'u', NULL, 'b.png', NULL, NULL, $1, $1)`, noon)
	for _, full := range []bool{false, true} {
		found, err := w.FilesByID(t.Context(), []domain.FileID{"f", "nothing"}, full)
		if must(t, found, err); len(found) != 1 || *found[0].Hash != "h" || found[0].Filename != "a.png" || string(found[0].Meta) != when(full, `{"k": 1}`) || !found[0].CreatedAt.Equal(noon) {
			t.Errorf("full %t: got %+v", full, found)
		}
	}
	if found, err := w.FilesByID(t.Context(), []domain.FileID{"g"}, true); err != nil || found[0].Hash != nil || found[0].Meta != nil {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestGeneratedFilesByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, `INSERT INTO generated_files (id, user_id, filename, file_type, mime_type, file_size, storage_provider, local_path, cloud_url, source_type, source_task_id, file_metadata, status, created_at) VALUES
		('f', 'u', 'a.png', 'image', 'image/png', 5000000000, 's3', '/secret', 'https://c', 'flux', 't', '{"w": 1}', 'active', $1),
		('g', 'u', 'b.png', 'image', NULL, NULL, NULL, NULL, NULL, 'sora', NULL, NULL, 'deleted', $1)`, noon)
	for _, full := range []bool{false, true} {
		found, err := w.GeneratedFilesByID(t.Context(), []domain.GeneratedFileID{"f", "nothing"}, full)
		if must(t, found, err); len(found) != 1 {
			t.Fatalf("%d files", len(found))
		}
		if f := found[0]; *f.MimeType != "image/png" || *f.FileSize != 5_000_000_000 || *f.StorageProvider != "s3" || *f.CloudURL != "https://c" ||
			f.Source != (domain.TaskID{Service: domain.Flux, Key: "t"}) || *f.Service() != domain.Flux || string(f.Metadata) != when(full, `{"w": 1}`) || f.Status != "active" {
			t.Errorf("full %t: got %+v", full, f)
		}
	}
	found, err := w.GeneratedFilesByID(t.Context(), []domain.GeneratedFileID{"g"}, true)
	if f := must(t, found, err)[0]; f.MimeType != nil || f.FileSize != nil || f.Source.Key != "" || f.Service() != nil || f.Source.Service != "sora" {
		t.Errorf("got %+v", f)
	}
}

// A file that names someone else's task is not among the task's files.
func TestFilesOfATaskAreItsOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u", "thief")
	w.exec(t, `INSERT INTO generated_files (id, user_id, filename, file_type, source_type, source_task_id) VALUES
		('own', 'u', 'f', 'image', 'flux', 't'), ('planted', 'thief', 'f', 'image', 'flux', 't'), ('of another service', 'u', 'f', 'image', 'midjourney', 't')`)
	for owner, want := range map[domain.UserID]domain.GeneratedFileID{"u": "own", "thief": "planted"} {
		read, err := w.TaskFiles(t.Context(), ownedBy(owner, []string{"t"}), domain.Page{Limit: 5}, false)
		if must(t, read, err); len(read[0].Items) != 1 || read[0].Items[0].ID != want {
			t.Errorf("%s: got %+v", owner, read[0].Items)
		}
		if n, err := w.CountTaskFiles(t.Context(), ownedBy(owner, []string{"t", "other"})); err != nil || n[0] != 1 || n[1] != 0 {
			t.Errorf("%s: counted %v, %v", owner, n, err)
		}
	}
}

func TestCountsOfEveryParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u", "v")
	w.chats(t, "u", "c", "d")
	w.exec(t, `UPDATE chat SET archived = true WHERE id = 'd'`)
	w.exec(t, `INSERT INTO message (id, chat_id, user_id, role, content) SELECT i::text, 'c', 'u', 'user', '' FROM generate_series(1, 3) i`)
	w.exec(t, `INSERT INTO file (id, user_id, filename) SELECT i::text, 'v', '' FROM generate_series(1, 4) i`)
	w.exec(t, `INSERT INTO generated_files (id, user_id, filename, file_type, source_type) SELECT i::text, 'v', '', '', CASE WHEN i < 3 THEN 'flux' ELSE 'sora' END FROM generate_series(1, 5) i`)
	w.ledger(t, entryAt{"v", "GRANT", "1", "2026-05-01"}, entryAt{"v", "GRANT", "1", "2026-05-01"})
	users := []domain.UserID{"v", "nobody", "u"}
	for name, c := range map[string]struct {
		got  func() ([]int, error)
		want [3]int
	}{
		"ledger": {func() ([]int, error) { return w.CountCreditLogs(t.Context(), users) }, [3]int{2, 0, 0}},
		"chats":  {func() ([]int, error) { return w.CountChats(t.Context(), users, domain.ChatFilter{}) }, [3]int{0, 0, 2}},
		"archived chats": {func() ([]int, error) {
			return w.CountChats(t.Context(), users, domain.ChatFilter{Archived: domain.Yes})
		}, [3]int{0, 0, 1}},
		"open chats": {func() ([]int, error) { return w.CountChats(t.Context(), users, domain.ChatFilter{Archived: domain.No}) }, [3]int{0, 0, 1}},
		"messages":   {func() ([]int, error) { return w.CountMessages(t.Context(), []domain.ChatID{"d", "nothing", "c"}) }, [3]int{0, 0, 3}},
		"files":      {func() ([]int, error) { return w.CountFiles(t.Context(), users) }, [3]int{4, 0, 0}},
		"generated":  {func() ([]int, error) { return w.CountGeneratedFiles(t.Context(), users, domain.GeneratedFileFilter{}) }, [3]int{5, 0, 0}},
		"of a service": {func() ([]int, error) {
			return w.CountGeneratedFiles(t.Context(), users, domain.GeneratedFileFilter{Service: domain.Flux})
		}, [3]int{2, 0, 0}},
	} {
		if got, err := c.got(); err != nil || len(got) != 3 || [3]int(got) != c.want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}
