package store_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"
	"pgregory.net/rapid"

	"atelier/domain"
)

// parentedList is a list of each of many parents: how its rows come about, and how it is read.
type parentedList struct {
	parents string   // What its parents are: "users", "chats" or "tasks".
	words   []string // What a row's word may be; filters take one of them, or none.
	insert  string   // From arrays of ids, parents, times and words.
	order   domain.Direction
	read    func(ctx context.Context, w *world, parents []string, word string, page domain.Page) ([]domain.Slice[domain.Position], error)
}

const fromRows = ` FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) AS r (id, parent, at, word)`

var parentedLists = map[string]parentedList{
	"CreditLogs": {"users", nil, `
		INSERT INTO credit_log (id, user_id, kind, delta, balance_after, created_at) SELECT id, parent, 'GRANT', 1, 1, at` + fromRows, domain.Descending,
		func(ctx context.Context, w *world, parents []string, _ string, page domain.Page) ([]domain.Slice[domain.Position], error) {
			read, err := w.CreditLogs(ctx, keys[domain.UserID](parents), page, false)
			return positions(read, domain.CreditLogPosition), err
		}},
	"Chats": {"users", []string{"true", "false"}, `
		INSERT INTO chat (id, user_id, title, archived, updated_at) SELECT id, parent, 'title', word = 'true', at` + fromRows, domain.Descending,
		func(ctx context.Context, w *world, parents []string, word string, page domain.Page) ([]domain.Slice[domain.Position], error) {
			archived := map[string]domain.Tristate{"": domain.Either, "true": domain.Yes, "false": domain.No}[word]
			read, err := w.Chats(ctx, keys[domain.UserID](parents), domain.ChatFilter{Archived: archived}, page)
			return positions(read, domain.ChatPosition), err
		}},
	"Messages": {"chats", nil, `
		INSERT INTO message (id, chat_id, user_id, role, content, created_at) SELECT r.id, parent, c.user_id, 'user', 'text', at` + fromRows + ` JOIN chat c ON c.id = parent`, domain.Ascending,
		func(ctx context.Context, w *world, parents []string, _ string, page domain.Page) ([]domain.Slice[domain.Position], error) {
			read, err := w.Messages(ctx, keys[domain.ChatID](parents), page, true)
			return positions(read, domain.MessagePosition), err
		}},
	"Files": {"users", nil, `
		INSERT INTO file (id, user_id, filename, created_at) SELECT id, parent, 'name', at` + fromRows, domain.Descending,
		func(ctx context.Context, w *world, parents []string, _ string, page domain.Page) ([]domain.Slice[domain.Position], error) {
			read, err := w.Files(ctx, keys[domain.UserID](parents), page, true)
			return positions(read, domain.FilePosition), err
		}},
	"GeneratedFiles": {"users", []string{"flux", "dreamwork", "midjourney", "another"}, `
		INSERT INTO generated_files (id, user_id, filename, file_type, source_type, created_at) SELECT id, parent, 'name', 'image', word, at` + fromRows, domain.Descending,
		func(ctx context.Context, w *world, parents []string, word string, page domain.Page) ([]domain.Slice[domain.Position], error) {
			read, err := w.GeneratedFiles(ctx, keys[domain.UserID](parents), domain.GeneratedFileFilter{Service: domain.Service(word)}, page, false)
			return positions(read, domain.GeneratedFilePosition), err
		}},
	"TaskFiles": {"tasks", nil, `
		INSERT INTO generated_files (id, user_id, filename, file_type, source_type, source_task_id, created_at) SELECT id, 'owner', 'name', 'image', 'flux', parent, at` + fromRows, domain.Ascending,
		func(ctx context.Context, w *world, parents []string, _ string, page domain.Page) ([]domain.Slice[domain.Position], error) {
			read, err := w.TaskFiles(ctx, ownedBy("owner", parents), page, true)
			return positions(read, domain.GeneratedFilePosition), err
		}},
}

func keys[K ~string](texts []string) []K {
	all := make([]K, len(texts))
	for i, text := range texts {
		all[i] = K(text)
	}
	return all
}

func ownedBy(owner domain.UserID, tasks []string) []domain.OwnedTask {
	owned := make([]domain.OwnedTask, len(tasks))
	for i, key := range tasks {
		owned[i] = domain.OwnedTask{ID: domain.TaskID{Service: domain.Flux, Key: key}, UserID: owner}
	}
	return owned
}

func TestPagesOfEveryParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "owner")
	var check atomic.Int64 // Each check has parents of its own, for the ledger forgets nothing.
	for name, list := range parentedLists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { list.check(t, w, fmt.Sprintf("%s%06d", name, check.Add(1))) })
		})
	}
}

func (l parentedList) check(t *rapid.T, w *world, prefix string) {
	parents := []string{prefix + "p", prefix + "q", prefix + "r", prefix + "empty"}
	w.parents(t, l.parents, parents)
	draw := rapid.Custom(func(t *rapid.T) entry {
		return entry{
			Position: domain.Position{At: drawTime(t), ID: prefix + drawID(t)},
			parent:   rapid.SampledFrom(parents[:3]).Draw(t, "parent"),
			word:     drawWord(t, l.words),
		}
	})
	rows := rapid.SliceOfNDistinct(draw, 0, 12, func(e entry) string { return e.ID }).Draw(t, "rows")
	w.insert(t, l.insert, rows)
	asked := append(rapid.Permutation(parents).Draw(t, "parents"), prefix+"unknown")[rapid.IntRange(0, 4).Draw(t, "left out"):]
	for range 4 {
		word := ""
		if rapid.Bool().Draw(t, "filters") {
			word = drawWord(t, l.words)
		}
		p := drawBounded(t, rows, draw)
		var want []domain.Slice[domain.Position]
		for _, parent := range asked {
			passing := slices.DeleteFunc(ofParent(rows, parent), func(e entry) bool { return word != "" && e.word != word })
			want = append(want, reference(passing, inDirection(l.order), p))
		}
		got, err := l.read(context.Background(), w, asked, word, p.page())
		sameSlices(t, must(t, got, err), want, p)
	}
}

func drawWord(t *rapid.T, words []string) string {
	if words == nil {
		return ""
	}
	return rapid.SampledFrom(words).Draw(t, "word")
}

// parents adds what rows may belong to.
func (w *world) parents(t fataler, what string, ids []string) {
	t.Helper()
	switch what {
	case "users":
		w.users(t, ids...)
	case "chats":
		w.chats(t, "owner", ids...)
	}
}

func (w *world) insert(t fataler, statement string, rows []entry) {
	t.Helper()
	ids, parents, times, words := make([]string, len(rows)), make([]string, len(rows)), make([]time.Time, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		ids[i], parents[i], times[i], words[i] = r.ID, r.parent, r.At, r.word
	}
	w.exec(t, statement, pq.Array(ids), pq.Array(parents), pq.Array(times), pq.Array(words))
}

// A cursor may hold any time that PostgreSQL has, and any text.
func TestPagesAtTheEndsOfTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	first, last := time.Unix(-210866803200, 0), time.UnixMicro(math.MaxInt64)
	for at, want := range map[time.Time]int{first: 1, last: 0} {
		order := domain.UserOrder{Field: domain.UsersByCreatedAt, Direction: domain.Ascending}
		read, err := w.Users(t.Context(), domain.UserFilter{}, order, domain.Page{Limit: 1, After: &domain.Position{At: at, ID: `\'"{},$1`}})
		if err != nil || len(read.Items) != want {
			t.Errorf("after %v: %d users, %v", at, len(read.Items), err)
		}
	}
}
