package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lib/pq"

	"atelier/domain"
	"atelier/store"
)

// changes are the ways in which a change reaches the database: a statement of its own, and a transaction. Each waits where
// the chat c is locked.
var changes = map[string]func(ctx context.Context, w *world) error{
	"statement":   func(ctx context.Context, w *world) error { return second(w.RenameChat(ctx, "c", "u", "renamed")) },
	"transaction": func(ctx context.Context, w *world) error { return w.DeleteChat(ctx, "c", "u") },
}

const lockTheChat = `SELECT FROM chat WHERE id = 'c' FOR UPDATE`

func TestAStatementThatTakesTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worldAt(t, newChats(t).url, store.Config{StatementTimeout: 50 * time.Millisecond, MaxConns: 1})
			w.lock(t, lockTheChat)
			err := change(t.Context(), w)
			wantCode(t, err, domain.Timeout)
			wantState(t, err, "57014")
			if role, err := w.Role(t.Context(), "u"); err != nil || role != domain.RoleUser {
				t.Errorf("the connection does not live on: %v", err)
			}
		})
	}
}

// wantState looks for PostgreSQL's own error, for the log.
func wantState(t *testing.T, err error, state string) {
	t.Helper()
	if cause, ok := errors.AsType[*pq.Error](err); !ok || string(cause.Code) != state {
		t.Errorf("%v does not tell the state %s", err, state)
	}
}

func TestAReadThatTakesTooLongIsATimeout(t *testing.T) {
	t.Parallel()
	w := worldAt(t, newChats(t).url, store.Config{StatementTimeout: 50 * time.Millisecond})
	w.lock(t, `LOCK TABLE chat IN ACCESS EXCLUSIVE MODE`)
	wantCode(t, second(w.Chats(t.Context(), []domain.UserID{"u"}, domain.ChatFilter{}, domain.Page{Limit: 1})), domain.Timeout)
	wantCode(t, second(w.ChatsByID(t.Context(), []domain.ChatID{"c"})), domain.Timeout)
}

// Who gives up is told so, whether the statement is waiting or has not begun.
func TestAContextThatEndsSaysSoItself(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newChats(t)
			w.lock(t, lockTheChat)
			ctx, cancel := context.WithCancel(t.Context())
			done := start(func() error { return change(ctx, w) })
			w.awaitWaiting(t, 1)
			cancel()
			wantEnded(t, <-done, context.Canceled)
			wantEnded(t, change(ctx, w), context.Canceled)
			late, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
			defer cancel()
			wantEnded(t, change(late, w), context.DeadlineExceeded)
			reason := errors.New("the server is going down")
			told, end := context.WithCancelCause(t.Context())
			end(reason)
			wantEnded(t, change(told, w), context.Canceled)
			wantEnded(t, change(told, w), reason)
		})
	}
}

func wantEnded(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || domain.CodeOf(err) != domain.Internal {
		t.Errorf("got %v (%s), want %v", err, domain.CodeOf(err), want)
	}
}

// A pool without a free connection waits as long as its caller does.
func TestAFullPoolWaitsForItsCaller(t *testing.T) {
	t.Parallel()
	w := worldAt(t, newChats(t).url, store.Config{MaxConns: 1})
	release := w.lock(t, lockTheChat)
	done := start(func() error { return second(w.RenameChat(t.Context(), "c", "u", "renamed")) })
	w.awaitWaiting(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	wantEnded(t, second(w.Role(ctx, "u")), context.DeadlineExceeded)
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url  string
		code domain.Code
	}{
		"nobody listens":   {"postgres://u@127.0.0.1:1/d?sslmode=disable", domain.Unavailable},
		"no such socket":   {"host=" + t.TempDir() + " user=u dbname=d", domain.Unavailable},
		"not an address":   {"postgres://%zz", domain.Internal},
		"unknown sslmode":  {"postgres://u@127.0.0.1:1/d?sslmode=perhaps", domain.Internal},
		"no such database": {newWorld(t).url + "&dbname=nothing", domain.Internal},
	} {
		s, err := store.Open(t.Context(), store.Config{URL: c.url})
		if err == nil {
			_ = s.Close()
		}
		if wantCode(t, err, c.code); t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestAClosedStoreIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if second(w.Role(t.Context(), "u")) == nil || w.Ping(t.Context()) == nil {
		t.Error("it still answers")
	}
}
