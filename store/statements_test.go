package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"atelier/domain"
	"atelier/store"
	"atelier/store/storetest"
)

// Statements stay prepared for good, so their texts must not depend on values: as many as there are shapes of arguments.
func TestTextsDoNotDependOnValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shapes := map[string]bool{}
	for _, text := range w.Texts() {
		shapes[text] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		shape, err := drawRead(t, w)
		if err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		shapes[shape] = true
		if texts := w.Texts(); len(texts) > len(shapes) {
			t.Fatalf("%d texts for %d shapes; the last read was %s", len(texts), len(shapes), shape)
		}
	})
}

// drawRead reads something with any values, and says what shape the arguments had: all that may show in a text.
func drawRead(t *rapid.T, w *world) (shape string, err error) {
	ctx := context.Background()
	users := keys[domain.UserID](rapid.SliceOfN(anyText, 0, 20).Draw(t, "users"))
	page, full := drawAnyPage(t), rapid.Bool().Draw(t, "full")
	pageShape := fmt.Sprint(page.Backward, page.After != nil, page.Before != nil, full)
	switch list := rapid.SampledFrom([]string{"users", "tasks", "user tasks", "chats", "files", "by id", "task files"}).Draw(t, "list"); list {
	case "users":
		filter, order := drawAnyUserFilter(t), drawUserOrder(t)
		pageShape = fmt.Sprint(page.Backward, page.After != nil, page.Before != nil)
		return fmt.Sprint(list, filter.Role != "", filter.Search != "", !filter.CreatedAfter.IsZero(), !filter.CreatedBefore.IsZero(), order, pageShape),
			second(w.Users(ctx, filter, order, page))
	case "tasks":
		filter, order := drawTaskFilter(t, []string{"", "u", "v"}), domain.TaskOrder{Direction: rapid.SampledFrom(directions).Draw(t, "direction")}
		return fmt.Sprint(list, filter.Service, filter.Status, filter.UserID != "", order, pageShape), second(w.Tasks(ctx, filter, order, page, full))
	case "user tasks":
		filter, order := drawTaskFilter(t, []string{"", "u", "v"}), domain.TaskOrder{Direction: rapid.SampledFrom(directions).Draw(t, "direction")}
		return fmt.Sprint(list, filter.Service, filter.Status, order, pageShape), second(w.UserTasks(ctx, users, filter, order, page, full))
	case "chats":
		filter := domain.ChatFilter{Archived: rapid.SampledFrom([]domain.Tristate{domain.Either, domain.Yes, domain.No}).Draw(t, "archived")}
		return fmt.Sprint(list, filter, page.Backward, page.After != nil, page.Before != nil), second(w.Chats(ctx, users, filter, page))
	case "files":
		return fmt.Sprint(list, pageShape), second(w.Files(ctx, users, page, full))
	case "task files":
		return fmt.Sprint(list, pageShape), second(w.TaskFiles(ctx, ownedBy("u", rapid.SliceOfN(anyText, 0, 20).Draw(t, "tasks")), page, full))
	default:
		return list, second(w.UsersByID(ctx, users))
	}
}

// anyText is what the schema's strings may be: valid UTF-8 without NUL.
var anyText = rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 }))

func drawAnyPage(t *rapid.T) domain.Page {
	place := rapid.Custom(func(t *rapid.T) *domain.Position {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		return &domain.Position{
			At:   time.UnixMicro(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "time")),
			Text: anyText.Draw(t, "text"), ID: anyText.Draw(t, "id"), Service: domain.Service(anyText.Draw(t, "service")),
		}
	})
	return domain.Page{
		Limit: rapid.IntRange(1, domain.MaxPageSize).Draw(t, "limit"), Backward: rapid.Bool().Draw(t, "backward"),
		After: place.Draw(t, "after"), Before: place.Draw(t, "before"),
	}
}

func drawAnyUserFilter(t *rapid.T) domain.UserFilter {
	filter := drawUserFilter(t)
	filter.Search = anyText.Draw(t, "search")
	return filter
}

func TestStatementsAreCountedAndObserved(t *testing.T) {
	t.Parallel()
	var tables []string
	w := newWorld(t)
	w = worldAt(t, w.url, store.Config{Observe: func(table string, took time.Duration) {
		if took <= 0 {
			t.Errorf("%s took %v", table, took)
		}
		tables = append(tables, table)
	}})
	ctx, counter := store.CountStatements(t.Context())
	for _, err := range []error{
		second(w.Balances(ctx, nil)),
		second(w.Tasks(ctx, domain.TaskFilter{}, domain.TaskOrder{}, domain.Page{Limit: 1}, true)),
		second(w.UsersPage(ctx, domain.UserFilter{}, domain.UserOrder{}, domain.NumberedPage{Number: 1, Size: 1})),
		second(w.UsersPage(ctx, domain.UserFilter{}, domain.UserOrder{}, domain.NumberedPage{Number: 1, Size: 1, NoTotal: true})),
		second(w.TasksPage(ctx, domain.TaskFilter{}, domain.TaskOrder{}, domain.NumberedPage{Number: 1, Size: 1, NoItems: true}, true)),
		second(w.TasksPage(ctx, domain.TaskFilter{}, domain.TaskOrder{}, domain.NumberedPage{Number: 1, Size: 1, NoItems: true, NoTotal: true}, true)),
		second(w.Chats(ctx, []domain.UserID{"u", "v"}, domain.ChatFilter{}, domain.Page{})),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if counter.Count() != 6 || fmt.Sprint(tables) != "[credit tasks users users users tasks]" {
		t.Errorf("%d statements, on %v", counter.Count(), tables)
	}
}

// Every connection plans a statement once, for any arguments, so that plans are those that the tests of plans have seen.
func TestSettingsOfConnections(t *testing.T) {
	t.Parallel()
	w := worldAt(t, newWorld(t).url, store.Config{StatementTimeout: 1234 * time.Millisecond})
	for setting, want := range map[string]string{"plan_cache_mode": "force_generic_plan", "jit": "off", "statement_timeout": "1234ms"} {
		var got string
		if err := w.DB().QueryRowContext(t.Context(), "SELECT current_setting($1)", setting).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", setting, got, err, want)
		}
	}
}

// A statement that is prepared outlives a change of the columns that it reads, as doctor advises some to be made.
func TestColumnsMayChangeTheirType(t *testing.T) {
	t.Parallel()
	w := worldAt(t, storetest.New(t), store.Config{MaxConns: 2})
	w.users(t, "u")
	for _, change := range []string{`SELECT`, `ALTER TABLE users ALTER COLUMN name TYPE varchar(100)`, `ALTER TABLE users ALTER COLUMN name TYPE text`} {
		w.exec(t, change)
		for range 3 {
			found, err := w.UsersByID(t.Context(), []domain.UserID{"u"})
			if must(t, found, err); len(found) != 1 {
				t.Errorf("after %s: %d users", change, len(found))
			}
		}
	}
}
