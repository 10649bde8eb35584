package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"atelier/domain"
	"atelier/store"
)

func TestAddMessage(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	m, err := w.AddMessage(t.Context(), domain.Message{ID: "x", ChatID: "c", UserID: "u", ParentID: new(domain.MessageID("m")), Role: domain.MessageFromUser, Content: "hi 👋"})
	if must(t, m, err); m.ID != "x" || m.ChatID != "c" || m.UserID != "u" || *m.ParentID != "m" || m.Role != domain.MessageFromUser ||
		m.Content != "hi 👋" || m.Meta != nil || !m.CreatedAt.After(noon) || !m.UpdatedAt.After(noon) {
		t.Errorf("got %+v", m)
	}
	chats, err := w.Chats(t.Context(), []domain.UserID{"u"}, domain.ChatFilter{}, domain.Page{Limit: 2})
	if must(t, chats, err); chats[0].Items[0].ID != "c" || !chats[0].Items[0].UpdatedAt.After(noon) {
		t.Errorf("the chat is not the latest: %+v", chats[0].Items[0])
	}
}

func TestAnAnswerIsToAMessageOfItsChat(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	before := w.text(t, everyRow)
	for _, parent := range []domain.MessageID{"n", "nothing", ""} {
		err := second(w.AddMessage(t.Context(), domain.Message{ID: "x", ChatID: "c", UserID: "u", ParentID: &parent, Role: domain.MessageFromUser}))
		if !errors.Is(err, store.ErrNoParent) {
			t.Errorf("an answer to %q: %v", parent, err)
		}
	}
	if after := w.text(t, everyRow); after != before {
		t.Errorf("before %s\nafter  %s", before, after)
	}
}

// A message that had to wait for another is later than it, so a reader who pages on never misses one.
func TestMessagesComeInTheOrderOfTheirCommits(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	release := w.lock(t, `UPDATE chat SET updated_at = updated_at WHERE id = 'c'`)
	done := start(func() error {
		return second(w.AddMessage(t.Context(), domain.Message{ID: "a", ChatID: "c", UserID: "u", Role: domain.MessageFromUser}))
	})
	w.awaitWaiting(t, 1)
	release(`INSERT INTO message (id, chat_id, user_id, role, content, created_at) VALUES ('z', 'c', 'u', 'user', 'first', clock_timestamp())`)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := w.text(t, `SELECT string_agg(id, ' ' ORDER BY created_at, id) FROM message WHERE chat_id = 'c'`); got != "m z a" {
		t.Errorf("the messages are in the order %s", got)
	}
}

// Someone who pages on while others write reads every message once.
func TestReadingOnWhileOthersWrite(t *testing.T) {
	t.Parallel()
	const writers, each = 6, 25
	w := newWorld(t)
	w.users(t, "u")
	w.chats(t, "u", "c")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var writing []<-chan error
	for n := range writers {
		writing = append(writing, start(func() error {
			for i := range each {
				m := domain.Message{ID: domain.MessageID(fmt.Sprintf("%d-%d", n, i)), ChatID: "c", UserID: "u", Role: domain.MessageFromUser}
				if _, err := w.AddMessage(ctx, m); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	seen := w.follow(ctx, t, "c", writers*each)
	for _, done := range writing {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != writers*each {
		t.Errorf("%d messages were read, not each once", len(seen))
	}
}

// follow pages on through a chat until it has read n messages.
func (w *world) follow(ctx context.Context, t *testing.T, chat domain.ChatID, n int) (seen []string) {
	t.Helper()
	page := domain.Page{Limit: 7}
	for len(seen) < n {
		read, err := w.Messages(ctx, []domain.ChatID{chat}, page, false)
		if err != nil {
			t.Fatalf("after %d messages: %v", len(seen), err)
		}
		for _, m := range read[0].Items {
			seen = append(seen, string(m.ID))
			page.After = new(domain.MessagePosition(m))
		}
	}
	return seen
}

func TestMessagesByID(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	w.withoutChecks(t)
	w.exec(t, `UPDATE message SET meta = '{"a": 1}', role = 'tool' WHERE id = 'n'`)
	for _, full := range []bool{false, true} {
		found, err := w.MessagesByID(t.Context(), []domain.MessageID{"n", "nothing"}, full)
		if must(t, found, err); len(found) != 1 {
			t.Fatalf("%d messages", len(found))
		}
		if m := found[0]; m.Owner != "u" || m.Role != domain.MessageFromOther || m.ParentID != nil || (m.Content == "hello") != full || (string(m.Meta) == `{"a": 1}`) != full {
			t.Errorf("full %t: got %+v", full, m)
		}
	}
	for _, role := range []domain.MessageRole{domain.MessageFromUser, domain.MessageFromAssistant, domain.MessageFromSystem} {
		w.exec(t, `UPDATE message SET role = $1`, role)
		if found, err := w.MessagesByID(t.Context(), []domain.MessageID{"m"}, false); err != nil || found[0].Role != role {
			t.Errorf("%s: %v, %v", role, found, err)
		}
	}
}

// A message that is left of a chat, where no foreign key took it along, is nobody's.
func TestAMessageWhoseChatIsGone(t *testing.T) {
	t.Parallel()
	w := newChats(t)
	w.exec(t, `ALTER TABLE message DROP CONSTRAINT message_chat_id_fkey`)
	w.exec(t, `DELETE FROM chat WHERE id = 'c'`)
	found, err := w.MessagesByID(t.Context(), []domain.MessageID{"m", "n"}, false)
	if must(t, found, err); len(found) != 2 {
		t.Fatalf("%d messages", len(found))
	}
	for _, m := range found {
		if want := map[domain.MessageID]domain.UserID{"m": "", "n": "u"}[m.ID]; m.Owner != want {
			t.Errorf("%s is %q's, want %q", m.ID, m.Owner, want)
		}
	}
}
