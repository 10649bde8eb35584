package store_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"atelier/domain"
)

// drawNumbered draws a page, of those beyond the end too.
func drawNumbered(t *rapid.T) domain.NumberedPage {
	return domain.NumberedPage{Number: rapid.IntRange(1, 6).Draw(t, "number"), Size: rapid.IntRange(1, 5).Draw(t, "size")}
}

// numberedPage cuts a page out of a sorted list.
func numberedPage(list []entry, order ordering, page domain.NumberedPage) (items []domain.Position) {
	list = slices.SortedFunc(slices.Values(list), order)
	for _, e := range list[min(page.Offset(), len(list)):min(page.Offset()+page.Size, len(list))] {
		items = append(items, e.Position)
	}
	return items
}

func sameNumbered[T any](t *rapid.T, got *domain.Numbered[T], position func(T) domain.Position, page domain.NumberedPage, want []domain.Position, total int) {
	t.Helper()
	items := positions([]domain.Slice[T]{{Items: got.Items}}, position)[0].Items
	if !slices.Equal(items, want) || got.Total != total || got.Page != page.Number || got.PageSize != page.Size {
		t.Fatalf("%+v: got %+v of %d, page %d of size %d, want %+v of %d", page, items, got.Total, got.Page, got.PageSize, want, total)
	}
}

func TestTasksPage(t *testing.T) {
	t.Parallel()
	for name, open := range taskWorlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			users := []string{"u", "V"}
			w.users(t, users...)
			rapid.Check(t, func(t *rapid.T) {
				w.exec(t, `TRUNCATE mj_tasks, flux_tasks, dreamwork_tasks`)
				rows := rapid.SliceOfNDistinct(taskEntries(users, ""), 0, 16, taskKey).Draw(t, "rows")
				w.tasks(t, rows)
				for range 4 {
					filter, page := drawTaskFilter(t, users), drawNumbered(t)
					order := domain.TaskOrder{Direction: rapid.SampledFrom(directions).Draw(t, "direction")}
					got, err := w.TasksPage(context.Background(), filter, order, page, rapid.Bool().Draw(t, "full"))
					list := passing(rows, filter)
					sameNumbered(t, must(t, got, err), order.Position, page, numberedPage(list, inDirection(order.Direction), page), len(list))
				}
			})
		})
	}
}

func TestUsersPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ranks := w.ranks(t)
	rapid.Check(t, func(t *rapid.T) {
		w.exec(t, `DELETE FROM users`)
		people := rapid.SliceOfNDistinct(rapid.Custom(drawPerson), 0, 10, func(p person) string { return p.ID }).Draw(t, "people")
		w.people(t, people)
		for range 4 {
			filter, order, page := drawUserFilter(t), drawUserOrder(t), drawNumbered(t)
			var list []entry
			for _, p := range people {
				if p.passes(filter) {
					list = append(list, p.in(order, ranks))
				}
			}
			got, err := w.UsersPage(context.Background(), filter, order, page)
			sameNumbered(t, must(t, got, err), order.Position, page, numberedPage(list, inDirection(order.Direction), page), len(list))
		}
	})
}

// The deepest page there is takes no number that PostgreSQL could not hold.
func TestTheDeepestNumberedPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	page := domain.NumberedPage{Number: domain.MaxOffset/domain.MaxPageSize + 1, Size: domain.MaxPageSize}
	users, err := w.UsersPage(t.Context(), domain.UserFilter{}, domain.UserOrder{}, page)
	if must(t, users, err); len(users.Items) != 0 || users.Total != 1 || users.HasNext() || !users.HasPrev() {
		t.Errorf("got %+v", users)
	}
	tasks, err := w.TasksPage(t.Context(), domain.TaskFilter{}, domain.TaskOrder{}, page, true)
	if must(t, tasks, err); len(tasks.Items) != 0 || tasks.Total != 0 {
		t.Errorf("got %+v", tasks)
	}
}
