package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"atelier/domain"
)

// oneTaskEach has a task of each service, with a value in every column. All have the key t.
const oneTaskEach = `
INSERT INTO mj_tasks (id, user_id, action, mode, status, prompt, prompt_en, description, progress, image_url, cloud_image_url, fail_reason, parent_task_id, properties, buttons, credits_cost, submit_time, start_time, finish_time, updated_at)
VALUES ('t', 'u', 'UPSCALE', 'turbo', 'FAILURE', 'ein Fuchs', 'a fox', 'described', 101, 'i', 'c', 'nsfw', 'p', '{"x": 1}', '[1]', 10, '2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04');
INSERT INTO flux_tasks (id, user_id, request_id, model, task_type, status, prompt, input_image_url, num_images, aspect_ratio, guidance_scale, num_inference_steps, seed, progress, image_url, cloud_image_url, error_message, retry_count, credits_cost, started_at, completed_at, created_at, updated_at)
VALUES ('t', 'u', 'r', 'flux-pro', 'image_to_image', 'FAILED', 'a fox', 'in', 3, '16:9', 3.5, 28, 9007199254740993, -1, 'i', 'c', 'nsfw', 2, 0.5, '2026-01-02', '2026-01-03', '2026-01-01', '2026-01-04');
INSERT INTO dreamwork_tasks (id, user_id, action, status, prompt, model, size, guidance_scale, seed, watermark, progress, input_image, image_url, cloud_image_url, fail_reason, credits_cost, submit_time, start_time, finish_time, updated_at)
VALUES ('t', 'u', 'IMAGE_TO_IMAGE', 'FAILURE', 'a fox', 'general', '1024x1024', 2.5, 7, true, 50, 'in', 'i', 'c', 'nsfw', 1, '2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04')`

func newTasks(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, oneTaskEach)
	return w
}

// spell writes a value out, what pointers point to included.
func spell(v any) string {
	text := fmt.Sprintf("%+v", v)
	return strings.TrimPrefix(text, "&")
}

func TestTasksByIDReadEveryColumn(t *testing.T) {
	t.Parallel()
	w := newTasks(t)
	for _, full := range []bool{false, true} {
		found, err := w.TasksByID(t.Context(), []domain.TaskID{{Key: "t"}}, full)
		if must(t, found, err); len(found) != 3 {
			t.Fatalf("%d tasks", len(found))
		}
		for _, task := range found {
			wantCommon(t, task.Common(), full)
			wantOwn(t, task, full)
		}
	}
}

func wantCommon(t *testing.T, c *domain.TaskBase, full bool) {
	t.Helper()
	prompt := map[domain.Service]string{domain.Midjourney: "ein Fuchs"}[c.ID.Service]
	if c.ID.Key != "t" || c.UserID != "u" || c.Status != domain.TaskFailed || !strings.HasPrefix(c.ProviderStatus, "FAIL") || *c.ImageURL != "i" || *c.CloudImageURL != "c" ||
		c.SubmittedAt.Day() != 1 || c.StartedAt.Day() != 2 || c.FinishedAt.Day() != 3 || c.UpdatedAt.Day() != 4 {
		t.Errorf("got %s", spell(c))
	}
	if full && (*c.Prompt != cmp.Or(prompt, "a fox") || *c.FailReason != "nsfw") || !full && (c.Prompt != nil || c.FailReason != nil) {
		t.Errorf("full %t: got %s", full, spell(c))
	}
}

func wantOwn(t *testing.T, task domain.Task, full bool) {
	t.Helper()
	right := false
	switch m := task.(type) {
	case *domain.MidjourneyTask:
		right = m.Action == "UPSCALE" && m.Mode == "turbo" && *m.ParentTaskID == domain.TaskID{Service: domain.Midjourney, Key: "p"} && m.Progress == 100 && m.Cost.String() == "10.0000" &&
			orEmpty(m.PromptEn) == when(full, "a fox") && orEmpty(m.Description) == when(full, "described") && string(m.Properties) == when(full, `{"x": 1}`) && string(m.Buttons) == when(full, "[1]")
	case *domain.FluxTask:
		right = *m.RequestID == "r" && m.Model == "flux-pro" && m.TaskType == "image_to_image" && *m.InputImageURL == "in" && m.NumImages == 3 && *m.AspectRatio == "16:9" && m.Progress == 0 &&
			*m.GuidanceScale == 3.5 && *m.NumInferenceSteps == 28 && *m.Seed == 9007199254740993 && m.RetryCount == 2 && m.Cost.String() == "0.5000"
	case *domain.DreamworkTask:
		right = m.Action == "IMAGE_TO_IMAGE" && *m.Model == "general" && *m.Size == "1024x1024" && *m.GuidanceScale == 2.5 && *m.Seed == 7 && m.Watermark && *m.InputImageURL == "in" && m.Progress == 50 && m.Cost.String() == "1.0000"
	}
	if !right {
		t.Errorf("full %t: got %T %s", full, task, spell(task))
	}
}

func when(full bool, text string) string {
	if full {
		return text
	}
	return ""
}

func TestTasksWithoutOptionalValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	w.exec(t, `INSERT INTO mj_tasks (id, user_id, action) VALUES ('t', 'u', 'IMAGINE')`)
	w.exec(t, `INSERT INTO flux_tasks (id, user_id, model) VALUES ('t', 'u', 'flux-dev')`)
	w.exec(t, `INSERT INTO dreamwork_tasks (id, user_id, action) VALUES ('t', 'u', 'TEXT_TO_IMAGE')`)
	found, err := w.TasksByID(t.Context(), []domain.TaskID{{Key: "t"}}, true)
	for _, task := range must(t, found, err) {
		if c := task.Common(); c.Prompt != nil || c.ImageURL != nil || c.StartedAt != nil || c.FinishedAt != nil || c.FailReason != nil || c.Status != domain.TaskQueued {
			t.Errorf("got %s", spell(c))
		}
		switch m := task.(type) {
		case *domain.MidjourneyTask:
			if m.Mode != "fast" || m.ParentTaskID != nil || m.Properties != nil {
				t.Errorf("got %s", spell(m))
			}
		case *domain.FluxTask:
			if m.TaskType != "text_to_image" || m.NumImages != 1 || m.Seed != nil || m.GuidanceScale != nil {
				t.Errorf("got %s", spell(m))
			}
		case *domain.DreamworkTask:
			if m.Model != nil || m.Watermark || m.Seed != nil {
				t.Errorf("got %s", spell(m))
			}
		}
	}
}

// A key alone names the tasks of all services; with a service, its own.
func TestTasksByIDAreOfTheServiceNamed(t *testing.T) {
	t.Parallel()
	w := newTasks(t)
	w.exec(t, `INSERT INTO flux_tasks (id, user_id, model) VALUES ('only flux', 'u', 'flux-dev')`)
	for name, c := range map[string]struct {
		ids  []domain.TaskID
		want string
	}{
		"none":          {nil, ""},
		"one":           {[]domain.TaskID{{Service: domain.Flux, Key: "t"}}, "flux:t"},
		"two":           {[]domain.TaskID{{Service: domain.Midjourney, Key: "t"}, {Service: domain.Dreamwork, Key: "t"}}, "dreamwork:t midjourney:t"},
		"any":           {[]domain.TaskID{{Key: "t"}}, "dreamwork:t flux:t midjourney:t"},
		"any and one":   {[]domain.TaskID{{Key: "only flux"}, {Service: domain.Flux, Key: "t"}}, "flux:only flux flux:t"},
		"another's key": {[]domain.TaskID{{Service: domain.Midjourney, Key: "only flux"}}, ""},
		"twice":         {[]domain.TaskID{{Key: "only flux"}, {Service: domain.Flux, Key: "only flux"}}, "flux:only flux"},
	} {
		found, err := w.TasksByID(t.Context(), c.ids, false)
		var got []string
		for _, task := range must(t, found, err) {
			got = append(got, string(task.Common().ID.Service)+":"+task.Common().ID.Key)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAStatusThatAServiceHasNoWordForFindsNothing(t *testing.T) {
	t.Parallel()
	w := newTasks(t)
	filter := domain.TaskFilter{Service: domain.Flux, Status: domain.TaskWaitingInput}
	read, err := w.Tasks(t.Context(), filter, domain.TaskOrder{}, domain.Page{Limit: 5}, true)
	if must(t, read, err); len(read.Items) != 0 || read.HasNext || read.HasPrevious {
		t.Errorf("got %+v", read)
	}
	if n, err := w.CountTasks(t.Context(), filter); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if page, err := w.TasksPage(t.Context(), filter, domain.TaskOrder{}, domain.NumberedPage{Number: 1, Size: 5}, true); err != nil || page.Total != 0 || len(page.Items) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
}
