package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"atelier/auth"
	"atelier/domain"
	"atelier/graph"
	"atelier/graph/document"
	"atelier/graph/transport"
	"atelier/relay"
)

// spy resolves a world of users who have chats that have users, without a database, and notes what resolvers are told.
type spy struct {
	graph.ResolverRoot // Nil: what is not below is not asked for.

	note func(ctx context.Context)
	fail error // What credit fails with.
}

type (
	spyQuery struct {
		graph.QueryResolver
		spy *spy
	}
	spyUser struct {
		graph.UserResolver
		spy *spy
	}
	spyChat struct {
		graph.ChatResolver
		spy *spy
	}
)

// Query implements graph.ResolverRoot.
func (s *spy) Query() graph.QueryResolver { return spyQuery{nil, s} }

// User implements graph.ResolverRoot.
func (s *spy) User() graph.UserResolver { return spyUser{nil, s} }

// Chat implements graph.ResolverRoot.
func (s *spy) Chat() graph.ChatResolver { return spyChat{nil, s} }

func page[T any](items ...T) *relay.Connection[T] {
	position := func(T) domain.Position { return domain.Position{} }
	return relay.NewConnection("list", domain.Slice[T]{Items: items}, position, nil)
}

// Viewer is a user.
func (s spyQuery) Viewer(ctx context.Context) (*domain.User, error) {
	s.spy.note(ctx)
	return &domain.User{ID: "a", Name: "A"}, nil
}

// Users are two users.
func (s spyQuery) Users(ctx context.Context, _ *int, _ *string, _ *int, _ *string, _ *graph.UserFilter, _ *domain.UserOrder) (*graph.UserConnection, error) {
	s.spy.note(ctx)
	return page(&domain.User{ID: "a", Name: "A"}, &domain.User{ID: "b", Name: "B"}), nil
}

// Nodes are users and chats, and one that is not there.
func (s spyQuery) Nodes(ctx context.Context, _ []*relay.ID) ([]domain.Node, error) {
	s.spy.note(ctx)
	return []domain.Node{&domain.User{ID: "a"}, nil, &domain.Chat{ID: "c"}, &domain.User{ID: "b"}}, nil
}

// Credit is nothing.
func (s spyUser) Credit(ctx context.Context, objs []*domain.User) ([]*domain.Decimal, error) {
	s.spy.note(ctx)
	if s.spy.fail != nil {
		return nil, s.spy.fail
	}
	credits := make([]*domain.Decimal, len(objs))
	for i := range credits {
		credits[i] = &domain.Decimal{}
	}
	return credits, nil
}

// Chats are two for each user.
func (s spyUser) Chats(ctx context.Context, objs []*domain.User, _ *int, _ *string, _ *int, _ *string, _ *graph.ChatFilter) ([]*graph.ChatConnection, error) {
	s.spy.note(ctx)
	pages := make([]*graph.ChatConnection, len(objs))
	for i := range pages {
		pages[i] = page(&domain.Chat{ID: "c"}, &domain.Chat{ID: "d"})
	}
	return pages, nil
}

// User is one for each chat.
func (s spyChat) User(ctx context.Context, objs []*domain.Chat) ([]*domain.User, error) {
	s.spy.note(ctx)
	users := make([]*domain.User, len(objs))
	for i := range users {
		users[i] = &domain.User{ID: "a"}
	}
	return users, nil
}

// ask sends a query, as an admin, to a handler over the spy. The log is where it logs.
func (s *spy) ask(t *testing.T, query string, variables map[string]any) (body []byte, log string) {
	t.Helper()
	if s.note == nil {
		s.note = func(context.Context) {}
	}
	var mu sync.Mutex
	var lines bytes.Buffer
	limits := document.Defaults()
	limits.Depth, limits.Nodes, limits.Answered, limits.Cost = 200, 1<<60, 1<<60, 1<<60
	handler := graph.NewHandler(graph.Options{
		Resolvers: s, Prepare: func(ctx context.Context) context.Context { return ctx },
		Log:       slog.New(slog.NewTextHandler(locked{&mu, &lines}, nil)),
		Transport: transport.Settings{Limits: limits},
	})
	sent, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	ctx := auth.WithViewer(t.Context(), auth.Viewer{ID: "a", Role: domain.RoleAdmin})
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(sent))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	mu.Lock()
	defer mu.Unlock()
	return recorder.Body.Bytes(), lines.String()
}

type locked struct {
	mu  *sync.Mutex
	out *bytes.Buffer
}

// Write implements io.Writer.
func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

// TestErrors has a field fail in ways that the caller may or may not know of.
func TestErrors(t *testing.T) {
	t.Parallel()
	inside := errors.New("dial tcp 10.0.0.7:5432: refused")
	for _, c := range []struct {
		name          string
		cause         error
		code, message string
		logs          bool
	}{
		{"one with a code", domain.NewError(domain.NotFound, "there is none"), "NOT_FOUND", "there is none", false},
		{"one with a code, wrapped", errors.Join(errors.New("secret"), domain.NewError(domain.Forbidden, "no")), "FORBIDDEN", "no", false},
		{"the database out of reach", errors.Join(domain.NewError(domain.Unavailable, "later"), inside), "UNAVAILABLE", "later", true},
		{"the database too slow", errors.Join(domain.NewError(domain.Timeout, "less"), inside), "TIMEOUT", "less", true},
		{"too late", errors.Join(context.DeadlineExceeded, inside), "TIMEOUT", "took too long", false},
		{"given up", errors.Join(context.Canceled, inside), "TIMEOUT", "given up", false},
		{"anything else", inside, "INTERNAL", "on our side", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body, log := (&spy{fail: c.cause}).ask(t, `{ users { nodes { name credit } } }`, nil)
			var got struct {
				Errors []struct {
					Message    string
					Path       []any
					Extensions map[string]any
				}
				Data struct {
					Users struct{ Nodes []map[string]any }
				}
			}
			if err := json.Unmarshal(body, &got); err != nil || len(got.Errors) != 2 || got.Data.Users.Nodes[1]["name"] != "B" {
				t.Fatalf("want an error for each user, and the rest: %v, %s", err, body)
			}
			for _, e := range got.Errors {
				if e.Extensions["code"] != c.code || !strings.Contains(e.Message, c.message) || len(e.Path) != 4 {
					t.Errorf("got %+v", e)
				}
				id, isInternal := e.Extensions["errorId"].(string)
				if isInternal != (c.code == "INTERNAL") || !strings.Contains(e.Message, id) || !strings.Contains(log, id) {
					t.Errorf("the id of %+v is not told, or not logged: %s", e, log)
				}
			}
			if bytes.Contains(body, []byte("10.0.0.7")) || bytes.Contains(body, []byte("secret")) {
				t.Errorf("the answer tells the cause: %s", body)
			}
			if logs := strings.Contains(log, "10.0.0.7"); logs != c.logs {
				t.Errorf("logs the cause: %t, want %t", logs, c.logs)
			}
		})
	}
}
