package before

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/auth"
	"atelier/demo"
	"atelier/domain"
	"atelier/store"
	"atelier/store/storetest"
)

var secret = []byte("a secret of the tests, long enough for HS256")

// backend is the old backend over a small demo, and the store over the same.
type backend struct {
	*testing.T
	*Backend
	store *store.Store
}

func newBackend(t *testing.T) *backend {
	t.Helper()
	url := storetest.Template(t, "bench before", func(url string) error {
		_, err := demo.Seed(context.Background(), url, demo.Options{Size: demo.Size{Users: 60, Tasks: 1_500, Chats: 150, Messages: 1_500}})
		return err
	})
	old, err := New(t.Context(), Options{Database: url, MaxConns: 4, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = old.Close(), s.Close() })
	return &backend{t, old, s}
}

// get asks as a user; "" is somebody without a token.
func (b *backend) get(user, path string) (status int, body map[string]any) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, http.NoBody)
	if user != "" {
		token, err := auth.Sign(secret, domain.UserID(user), "", time.Minute, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			b.Fatalf("%s: %v\n%s", path, err, w.Body)
		}
	}
	return w.Code, body
}

// column is a field of all items of a page.
func column(body map[string]any, name string) (values []string) {
	items, _ := body["items"].([]any)
	for _, item := range items {
		values = append(values, fmt.Sprint(item.(map[string]any)[name]))
	}
	return values
}

func TestUsersAreThoseOfTheStore(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	admin, _ := demo.Accounts()
	page, err := b.store.Users(t.Context(), domain.UserFilter{}, domain.UserOrder{Direction: domain.Descending}, domain.Page{Limit: 60})
	if err != nil {
		t.Fatal(err)
	}
	var ids, credits []string
	for _, u := range page.Items {
		balances, err := b.store.Balances(t.Context(), []domain.UserID{u.ID})
		if err != nil {
			t.Fatal(err)
		}
		ids, credits = append(ids, string(u.ID)), append(credits, balances[u.ID].String())
	}
	before := b.statements()
	_, first := b.get(admin.ID, "/users?page_size=50")
	if sent := b.statements() - before; sent != 1+1+1+50 {
		t.Errorf("%d statements for 50 users, want those who asks, the count, the page, and one for each balance", sent)
	}
	_, second := b.get(admin.ID, "/users?page=2&page_size=50")
	if got := slices.Concat(column(first, "id"), column(second, "id")); !slices.Equal(got, ids) {
		t.Errorf("ids: got %v, want %v", got, ids)
	}
	if got := slices.Concat(column(first, "credit"), column(second, "credit")); !slices.Equal(got, credits) {
		t.Errorf("balances: got %v, want %v", got, credits)
	}
	if first["total"] != 60.0 {
		t.Errorf("total: %v", first["total"])
	}
}

// statements is how many statements the backend has sent.
func (b *backend) statements() (n int) {
	w := httptest.NewRecorder()
	b.metrics.ServeHTTP(w, nil)
	for line := range strings.Lines(w.Body.String()) {
		var count int
		if _, value, found := strings.Cut(line, "} "); found && strings.HasPrefix(line, "db_query_duration_seconds_count") {
			_, _ = fmt.Sscan(value, &count)
			n += count
		}
	}
	return n
}

func TestTasksAreThoseOfTheStore(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	_, user := demo.Accounts()
	for path, service := range map[string]domain.Service{"mj": domain.Midjourney, "flux": domain.Flux, "dreamwork": domain.Dreamwork} {
		filter := domain.TaskFilter{UserID: domain.UserID(user.ID), Service: service}
		page, err := b.store.Tasks(t.Context(), filter, domain.TaskOrder{Direction: domain.Descending}, domain.Page{Limit: 10}, false)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, task := range page.Items {
			want = append(want, task.Common().ID.Key)
		}
		var got []string
		for number := range 2 {
			_, body := b.get(user.ID, fmt.Sprintf("/%s/tasks?user_id=%s&page_size=5&page=%d", path, user.ID, number+1))
			got = append(got, column(body, "id")...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", service, got, want)
		}
		if status, one := b.get(user.ID, "/"+path+"/tasks/"+want[0]); status != http.StatusOK || one["id"] != want[0] || one["prompt"] == "" {
			t.Errorf("%s by id: %d, %v", service, status, one)
		}
	}
}

func TestRulesHold(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	admin, user := demo.Accounts()
	_, chats := b.get(user.ID, "/chats?user_id="+user.ID)
	chat := column(chats, "id")[0]
	for path, want := range map[string][3]int{ // For nobody, for the user, for the admin.
		"/users":                              {401, 403, 200},
		"/users/" + admin.ID:                  {401, 403, 200},
		"/users/" + user.ID:                   {401, 200, 200},
		"/users/nobody":                       {401, 403, 404},
		"/mj/tasks":                           {401, 403, 200},
		"/mj/tasks?user_id=" + admin.ID:       {401, 403, 200},
		"/chats?user_id=" + user.ID:           {401, 200, 200},
		"/chats":                              {401, 403, 403},
		"/chats/" + chat + "/messages":        {401, 200, 200},
		"/chats/no-such-chat/messages":        {401, 404, 404},
		"/flux/tasks/no-such-task":            {401, 404, 404},
		"/dreamwork/tasks?user_id=" + user.ID: {401, 200, 200},
	} {
		for i, who := range []string{"", user.ID, admin.ID} {
			if status, _ := b.get(who, path); status != want[i] {
				t.Errorf("%s as %q: %d, want %d", path, who, status, want[i])
			}
		}
	}
}
