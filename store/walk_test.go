package store_test

import (
	"context"
	"fmt"
	"testing"

	"atelier/domain"
	"atelier/relay"
)

// walk is a list of many rows that all have the same time.
type walk struct {
	scope relay.Scope
	rows  string // Adds the rows first..last.
	// more adds one row of a number of its own, before or after a place that depends on the number.
	more string
	read func(ctx context.Context, w *world, page domain.Page) (domain.Slice[domain.Position], error)
}

const tied = 5000

var walks = map[string]walk{
	"messages": {"messages",
		`INSERT INTO message (id, chat_id, user_id, role, content, created_at) SELECT to_char(i, 'FM0000'), 'chat', 'u', 'user', 'text', $3 FROM generate_series($1::int, $2::int) i`,
		`INSERT INTO message (id, chat_id, user_id, role, content, created_at) VALUES ($1 || '+', 'chat', 'u', 'user', 'text', $2)`,
		func(ctx context.Context, w *world, page domain.Page) (domain.Slice[domain.Position], error) {
			read, err := w.Messages(ctx, []domain.ChatID{"chat"}, page, false)
			return only(positions(read, domain.MessagePosition)), err
		}},
	"users by name": {"users",
		`INSERT INTO users (id, name, email) SELECT to_char(i, 'FM0000'), 'same', i::text FROM generate_series($1::int, $2::int) i WHERE $3::timestamptz IS NOT NULL`,
		`INSERT INTO users (id, name, email) SELECT $1 || '+', 'same', $1 || '+' WHERE $2::timestamptz IS NOT NULL`,
		func(ctx context.Context, w *world, page domain.Page) (domain.Slice[domain.Position], error) {
			order := domain.UserOrder{Field: domain.UsersByName, Direction: domain.Descending}
			read, err := w.Users(ctx, domain.UserFilter{}, order, page)
			return only(positions([]domain.Slice[*domain.User]{read}, order.Position)), err
		}},
	"tasks": {"tasks", // Three services share each id.
		`WITH mj AS (INSERT INTO mj_tasks (id, user_id, action, submit_time) SELECT to_char(i / 3, 'FM0000'), 'u', 'IMAGINE', $3 FROM generate_series($1::int, $2::int) i WHERE i % 3 = 0),
		flux AS (INSERT INTO flux_tasks (id, user_id, model, created_at) SELECT to_char(i / 3, 'FM0000'), 'u', 'flux-dev', $3 FROM generate_series($1::int, $2::int) i WHERE i % 3 = 1)
		INSERT INTO dreamwork_tasks (id, user_id, action, submit_time) SELECT to_char(i / 3, 'FM0000'), 'u', 'TEXT_TO_IMAGE', $3 FROM generate_series($1::int, $2::int) i WHERE i % 3 = 2`,
		`INSERT INTO flux_tasks (id, user_id, model, created_at) VALUES ($1 || '+', 'u', 'flux-dev', $2)`,
		func(ctx context.Context, w *world, page domain.Page) (domain.Slice[domain.Position], error) {
			order := domain.TaskOrder{Direction: domain.Descending}
			read, err := w.Tasks(ctx, domain.TaskFilter{}, order, page, false)
			return only(positions([]domain.Slice[domain.Task]{read}, order.Position)), err
		}},
}

func only[T any](slices []domain.Slice[T]) (slice domain.Slice[T]) {
	if len(slices) == 1 {
		slice = slices[0]
	}
	return slice
}

// Of 5,000 rows with equal times a walk sees each once, in either direction, also while rows are added all over the list.
func TestWalkSeesEveryRowOnce(t *testing.T) {
	t.Parallel()
	for name, walk := range walks {
		for _, backward := range []bool{false, true} {
			for _, grows := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, backward %t, grows %t", name, backward, grows), func(t *testing.T) {
					t.Parallel()
					walk.check(t, backward, grows)
				})
			}
		}
	}
}

func (k walk) check(t *testing.T, backward, grows bool) {
	w := newWorld(t)
	if k.scope != "users" {
		w.users(t, "u")
		w.chats(t, "u", "chat")
	}
	w.exec(t, k.rows, 0, tied-1, noon)
	w.exec(t, `ANALYZE`)
	seen := map[domain.Position]int{}
	page := domain.Page{Limit: 100, Backward: backward}
	for pages := 0; ; pages++ {
		slice, err := k.read(t.Context(), w, page)
		if must(t, slice, err); len(slice.Items) == 0 {
			t.Fatalf("an empty page after %d pages", pages)
		}
		if at := pages > 0; at != behind(slice, backward) {
			t.Fatalf("page %d says that rows precede it in the walk: %t", pages, !at)
		}
		for _, place := range slice.Items {
			seen[place]++
		}
		if !ahead(slice, backward) {
			break
		}
		page = next(t, k.scope, page, slice)
		if grows {
			w.exec(t, k.more, fmt.Sprintf("%04d", pages*37%1700), noon)
		}
	}
	originals := 0
	for place, times := range seen {
		if times != 1 {
			t.Errorf("%+v was seen %d times", place, times)
		}
		if place.ID[len(place.ID)-1] != '+' {
			originals++
		}
	}
	if originals != tied {
		t.Errorf("%d rows were seen, want %d", originals, tied)
	}
}

// ahead reports whether the walk goes on, and behind whether it has come from somewhere.
func ahead(s domain.Slice[domain.Position], backward bool) bool {
	return !backward && s.HasNext || backward && s.HasPrevious
}
func behind(s domain.Slice[domain.Position], backward bool) bool { return ahead(s, !backward) }

// next is the page that follows, through a cursor as clients have it.
func next(t *testing.T, scope relay.Scope, page domain.Page, s domain.Slice[domain.Position]) domain.Page {
	t.Helper()
	through := func(p domain.Position) *domain.Position {
		place, err := relay.DecodeCursor(scope, relay.EncodeCursor(scope, p))
		return new(must(t, place, err))
	}
	if page.Backward {
		page.Before = through(s.Items[0])
	} else {
		page.After = through(s.Items[len(s.Items)-1])
	}
	return page
}
