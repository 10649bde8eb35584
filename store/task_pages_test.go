package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"atelier/domain"
)

// insertTasks adds a row to each service's table, from arrays as insert makes them.
var insertTasks = map[domain.Service]string{
	domain.Midjourney: `INSERT INTO mj_tasks (id, user_id, action, submit_time, status) SELECT id, parent, 'IMAGINE', at, word` + fromRows,
	domain.Flux:       `INSERT INTO flux_tasks (id, user_id, model, created_at, status) SELECT id, parent, 'flux-dev', at, word` + fromRows,
	domain.Dreamwork:  `INSERT INTO dreamwork_tasks (id, user_id, action, submit_time, status) SELECT id, parent, 'TEXT_TO_IMAGE', at, word` + fromRows,
}

// taskWords are words of both vocabularies, and of none: each service meets words that it does not know.
var taskWords = []string{"NOT_START", "SUBMITTED", "PENDING", "MODAL", "IN_PROGRESS", "SUCCESS", "FAILURE", "FAILED", "CANCELLED", "THROTTLED", ""}

var taskStatuses = []domain.TaskStatus{
	"", domain.TaskQueued, domain.TaskWaitingInput, domain.TaskRunning, domain.TaskSucceeded, domain.TaskFailed, domain.TaskCancelled, domain.TaskUnknown,
}

func taskEntries(users []string, prefix string) *rapid.Generator[entry] {
	return rapid.Custom(func(t *rapid.T) entry {
		return entry{
			Position: domain.Position{At: drawTime(t), ID: prefix + drawID(t), Service: rapid.SampledFrom(domain.Services()).Draw(t, "service")},
			parent:   rapid.SampledFrom(users).Draw(t, "user"),
			word:     rapid.SampledFrom(taskWords).Draw(t, "word"),
		}
	})
}

func taskKey(e entry) domain.TaskID { return domain.TaskID{Service: e.Service, Key: e.ID} }

func (w *world) tasks(t fataler, rows []entry) {
	t.Helper()
	for _, service := range domain.Services() {
		of := slices.DeleteFunc(slices.Clone(rows), func(e entry) bool { return e.Service != service })
		w.insert(t, insertTasks[service], of)
	}
}

func drawTaskFilter(t *rapid.T, users []string) domain.TaskFilter {
	return domain.TaskFilter{
		Service: rapid.SampledFrom(append(domain.Services(), "")).Draw(t, "service"),
		Status:  rapid.SampledFrom(taskStatuses).Draw(t, "status"),
		UserID:  domain.UserID(rapid.SampledFrom(append(users, "")).Draw(t, "filter's user")),
	}
}

func passing(rows []entry, f domain.TaskFilter) []entry {
	return slices.DeleteFunc(slices.Clone(rows), func(e entry) bool {
		return f.Service != "" && e.Service != f.Service || f.UserID != "" && e.parent != string(f.UserID) ||
			f.Status != "" && domain.StatusOf(e.Service, e.word) != f.Status
	})
}

var directions = []domain.Direction{domain.Ascending, domain.Descending}

// taskWorlds are a database of our own making, and one that was there before.
var taskWorlds = map[string]func(testing.TB) *world{"fresh": newWorld, "adopted": newAdoptedWorld}

func TestPagesOfTasks(t *testing.T) {
	t.Parallel()
	for name, open := range taskWorlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			users := []string{"u", "V", "w"}
			w.users(t, users...)
			rapid.Check(t, func(t *rapid.T) { checkTasks(t, w, users) })
		})
	}
}

func checkTasks(t *rapid.T, w *world, users []string) {
	w.exec(t, `TRUNCATE mj_tasks, flux_tasks, dreamwork_tasks`)
	draw := taskEntries(users, "")
	rows := rapid.SliceOfNDistinct(draw, 0, 16, taskKey).Draw(t, "rows")
	w.tasks(t, rows)
	for range 4 {
		filter := drawTaskFilter(t, users)
		order := domain.TaskOrder{Direction: rapid.SampledFrom(directions).Draw(t, "direction")}
		p := drawBounded(t, rows, draw)
		got, err := w.Tasks(context.Background(), filter, order, p.page(), rapid.Bool().Draw(t, "full"))
		want := reference(passing(rows, filter), inDirection(order.Direction), p)
		sameSlices(t, positions([]domain.Slice[domain.Task]{must(t, got, err)}, order.Position), []domain.Slice[domain.Position]{want}, p)
		total, err := w.CountTasks(context.Background(), filter)
		if must(t, total, err) != len(passing(rows, filter)) {
			t.Fatalf("counted %d, want %d", total, len(passing(rows, filter)))
		}
	}
}

func TestPagesOfEveryUsersTasks(t *testing.T) {
	t.Parallel()
	for name, open := range taskWorlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			var check atomic.Int64
			rapid.Check(t, func(t *rapid.T) { checkUserTasks(t, w, fmt.Sprintf("%06d", check.Add(1))) })
		})
	}
}

func checkUserTasks(t *rapid.T, w *world, prefix string) {
	users := []string{prefix + "u", prefix + "V", prefix + "w", prefix + "idle"}
	w.users(t, users...)
	draw := taskEntries(users[:3], prefix)
	rows := rapid.SliceOfNDistinct(draw, 0, 24, taskKey).Draw(t, "rows")
	w.tasks(t, rows)
	asked := append(rapid.Permutation(users).Draw(t, "users"), "unknown")[rapid.IntRange(0, 4).Draw(t, "left out"):]
	for range 4 {
		filter := drawTaskFilter(t, users)
		order := domain.TaskOrder{Direction: rapid.SampledFrom(directions).Draw(t, "direction")}
		p := drawBounded(t, rows, draw)
		var want []domain.Slice[domain.Position]
		var totals []int
		for _, user := range asked {
			own := passing(rows, domain.TaskFilter{Service: filter.Service, Status: filter.Status, UserID: domain.UserID(user)})
			want, totals = append(want, reference(own, inDirection(order.Direction), p)), append(totals, len(own))
		}
		got, err := w.UserTasks(context.Background(), keys[domain.UserID](asked), filter, order, p.page(), rapid.Bool().Draw(t, "full"))
		sameSlices(t, positions(must(t, got, err), order.Position), want, p)
		counted, err := w.CountUserTasks(context.Background(), keys[domain.UserID](asked), filter)
		if !slices.Equal(must(t, counted, err), totals) {
			t.Fatalf("counted %v, want %v", counted, totals)
		}
	}
}
