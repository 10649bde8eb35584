package store_test

import (
	"context"
	"testing"

	"atelier/domain"
)

// everyRow is the whole content of the chats and messages, to see that nothing has changed.
const everyRow = `SELECT (SELECT coalesce(json_agg(c ORDER BY id), '[]')::text FROM chat c) || (SELECT coalesce(json_agg(m ORDER BY id), '[]')::text FROM message m)`

// newChats is a world in which u has the chats c and d with a message each, and v none.
func newChats(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.users(t, "u", "v")
	w.chats(t, "u", "c", "d")
	w.exec(t, `INSERT INTO message (id, chat_id, user_id, role, content, created_at) VALUES ('m', 'c', 'u', 'user', 'hello', $1), ('n', 'd', 'u', 'user', 'hello', $1)`, noon)
	return w
}

func TestCreateChat(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	c, err := w.CreateChat(t.Context(), "e", "v", "Ümlaut 你好")
	if must(t, c, err); c.ID != "e" || c.UserID != "v" || c.Title != "Ümlaut 你好" || c.Archived || c.Pinned || !c.CreatedAt.Equal(c.UpdatedAt) || !c.CreatedAt.After(noon) {
		t.Errorf("got %+v", c)
	}
	if second(w.CreateChat(t.Context(), "c", "v", "taken")) == nil || second(w.CreateChat(t.Context(), "f", "nobody", "of nobody")) == nil {
		t.Error("an id was used twice, or a chat made for nobody")
	}
}

func TestRenameChat(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	c, err := w.RenameChat(t.Context(), "c", "u", "renamed")
	if must(t, c, err); c.ID != "c" || c.Title != "renamed" || !c.UpdatedAt.After(noon) || !c.CreatedAt.Equal(noon) {
		t.Errorf("got %+v", c)
	}
	if d := w.text(t, `SELECT title FROM chat WHERE id = 'd'`); d != "about d" {
		t.Errorf("another chat was renamed to %q", d)
	}
}

func TestChatsOfOthersAreNotFoundAndStayAsTheyAre(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	before := w.text(t, everyRow)
	for _, chat := range []domain.ChatID{"c", "nothing"} {
		wantCode(t, second(w.RenameChat(t.Context(), chat, "v", "mine")), domain.NotFound)
		wantCode(t, w.DeleteChat(t.Context(), chat, "v"), domain.NotFound)
		wantCode(t, second(w.AddMessage(t.Context(), domain.Message{ID: "x", ChatID: chat, UserID: "v", Role: domain.MessageFromUser})), domain.NotFound)
	}
	if after := w.text(t, everyRow); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

func TestDeleteChatTakesItsMessagesAlong(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]string{
		"with foreign keys": `SELECT`,
		"without":           `ALTER TABLE message DROP CONSTRAINT message_chat_id_fkey`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newChats(t)
			w.exec(t, prepare)
			if err := w.DeleteChat(t.Context(), "c", "u"); err != nil {
				t.Fatal(err)
			}
			if left := w.text(t, `SELECT (SELECT string_agg(id, ',') FROM chat) || (SELECT string_agg(id, ',') FROM message)`); left != "dn" {
				t.Errorf("left: %s", left)
			}
			wantCode(t, w.DeleteChat(t.Context(), "c", "u"), domain.NotFound)
		})
	}
}

// A change that had to wait is later than what it waited for, or the chat would move down its owner's list.
func TestChatsOnlyMoveUp(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(ctx context.Context, w *world) error{
		"rename": func(ctx context.Context, w *world) error { return second(w.RenameChat(ctx, "c", "u", "renamed")) },
		"add": func(ctx context.Context, w *world) error {
			return second(w.AddMessage(ctx, domain.Message{ID: "x", ChatID: "c", UserID: "u", Role: domain.MessageFromUser}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newChats(t)
			release := w.lock(t, `SELECT FROM chat WHERE id = 'c' FOR UPDATE`)
			done := start(func() error { return change(t.Context(), w) })
			w.awaitWaiting(t, 1)
			release(`UPDATE chat SET updated_at = clock_timestamp() WHERE id = 'c'`, `UPDATE users SET updated_at = clock_timestamp() WHERE id = 'v'`)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if late := w.text(t, `SELECT c.updated_at >= u.updated_at FROM chat c, users u WHERE c.id = 'c' AND u.id = 'v'`); late != "true" {
				t.Error("the chat went back in time")
			}
		})
	}
}
