package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"atelier/domain"
)

// shapes are the nouns with columns that are read only where they are selected, and every way to read them.
var shapes = map[string]struct {
	heavy []string
	read  func(ctx context.Context, w *world, full bool) []error
}{
	"message": {[]string{"t.content", "t.meta"}, func(ctx context.Context, w *world, full bool) []error {
		return []error{
			second(w.Messages(ctx, []domain.ChatID{"c"}, domain.Page{Limit: 1}, full)),
			second(w.MessagesByID(ctx, []domain.MessageID{"m"}, full)),
		}
	}},
	"file": {[]string{"t.meta"}, func(ctx context.Context, w *world, full bool) []error {
		return []error{
			second(w.Files(ctx, []domain.UserID{"u"}, domain.Page{Limit: 1}, full)),
			second(w.FilesByID(ctx, []domain.FileID{"f"}, full)),
		}
	}},
	"generated file": {[]string{"t.file_metadata"}, func(ctx context.Context, w *world, full bool) []error {
		return []error{
			second(w.GeneratedFiles(ctx, []domain.UserID{"u"}, domain.GeneratedFileFilter{}, domain.Page{Limit: 1}, full)),
			second(w.TaskFiles(ctx, ownedBy("u", []string{"t"}), domain.Page{Limit: 1}, full)),
			second(w.GeneratedFilesByID(ctx, []domain.GeneratedFileID{"g"}, full)),
		}
	}},
	"credit log": {[]string{"t.detail"}, func(ctx context.Context, w *world, full bool) []error {
		return []error{
			second(w.CreditLogs(ctx, []domain.UserID{"u"}, domain.Page{Limit: 1}, full)),
			second(w.CreditLogsByID(ctx, []domain.CreditLogID{"l"}, full)),
		}
	}},
	"model": {[]string{"t.params", "t.meta"}, func(ctx context.Context, w *world, full bool) []error {
		return []error{second(w.Models(ctx, true, full)), second(w.ModelsByID(ctx, []domain.ModelID{"m"}, full))}
	}},
	"task": {[]string{"t.prompt", "t.prompt_en", "t.fail_reason", "t.error_message", "t.description", "t.properties", "t.buttons"},
		func(ctx context.Context, w *world, full bool) []error {
			return []error{
				second(w.Tasks(ctx, domain.TaskFilter{}, domain.TaskOrder{}, domain.Page{Limit: 1}, full)),
				second(w.TasksPage(ctx, domain.TaskFilter{}, domain.TaskOrder{}, domain.NumberedPage{Number: 1, Size: 1}, full)),
				second(w.UserTasks(ctx, []domain.UserID{"u"}, domain.TaskFilter{}, domain.TaskOrder{}, domain.Page{Limit: 1}, full)),
				second(w.TasksByID(ctx, []domain.TaskID{{Key: "t"}}, full)),
			}
		}},
}

func second[T any](_ T, err error) error { return err }

func TestHeavyColumnsAreReadOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, full := range []bool{false, true} {
				w := newWorld(t)
				for _, err := range shape.read(t.Context(), w, full) {
					if err != nil {
						t.Fatal(err)
					}
				}
				for _, text := range w.Texts() {
					if strings.Contains(text, "count(*)") {
						continue
					}
					if reads := slices.ContainsFunc(shape.heavy, func(c string) bool { return mentions(text, c) }); reads != full {
						t.Errorf("full %t, heavy columns %t:\n%s", full, reads, text)
					}
					if strings.Contains(text, "t.*") {
						t.Errorf("it reads whatever there is:\n%s", text)
					}
				}
			}
		})
	}
}

// mentions reports whether a column is named, not merely the beginning of another.
func mentions(text, column string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ')' || r == '\n' }),
		func(word string) bool { return word == column })
}
