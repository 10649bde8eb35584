package store_test

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"

	"atelier/domain"
	"atelier/store"
)

func (w *world) user(t testing.TB, id string) *domain.User {
	t.Helper()
	found, err := w.UsersByID(t.Context(), []domain.UserID{domain.UserID(id)})
	if err != nil || len(found) != 1 {
		t.Fatalf("user %q: %v, %v", id, found, err)
	}
	return found[0]
}

func TestUsersByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO users (id, name, email, role, profile_image_url, last_active_at, created_at, updated_at) VALUES
		('a', 'Ada', 'ada@example.com', 'admin', 'https://example.com/a.png', $1, $2, $3), ('b', 'Bob', 'bob@example.com', 'pending', NULL, NULL, $2, $2)`,
		noon, noon.Add(time.Microsecond), noon.Add(time.Second))
	found, err := w.UsersByID(t.Context(), []domain.UserID{"b", "nobody", "a", "b"})
	if must(t, found, err); len(found) != 2 {
		t.Fatalf("%d users", len(found))
	}
	ada, bob := w.user(t, "a"), w.user(t, "b")
	if ada.Name != "Ada" || ada.Email != "ada@example.com" || ada.Role != domain.RoleAdmin || *ada.ProfileImageURL != "https://example.com/a.png" ||
		!ada.LastActiveAt.Equal(noon) || !ada.CreatedAt.Equal(noon.Add(time.Microsecond)) || !ada.UpdatedAt.Equal(noon.Add(time.Second)) {
		t.Errorf("got %+v", ada)
	}
	if bob.ProfileImageURL != nil || bob.LastActiveAt != nil || bob.Role != domain.RolePending {
		t.Errorf("got %+v", bob)
	}
}

func TestUsersWithBalance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO users (id, name, email, role) VALUES ('a', 'Ada', 'ada@example.com', 'admin'), ('b', 'Bob', 'bob@example.com', 'user')`)
	w.exec(t, `INSERT INTO credit (id, user_id, credit) VALUES ('c', 'a', 1234567890.0001)`)
	ids := []domain.UserID{"a", "b", "nobody"}
	found, balances, err := w.UsersWithBalance(t.Context(), ids)
	must(t, found, err)
	if want, err := w.UsersByID(t.Context(), ids); !reflect.DeepEqual(byID(found), byID(want)) {
		t.Errorf("got %v, want %v, %v", found, want, err)
	}
	if len(balances) != 2 || balances["a"].String() != "1234567890.0001" || balances["b"].String() != "0.0000" {
		t.Errorf("balances: %v", balances)
	}
}

func byID(users []*domain.User) map[domain.UserID]*domain.User {
	found := map[domain.UserID]*domain.User{}
	for _, u := range users {
		found[u.ID] = u
	}
	return found
}

// withoutChecks lets other programs' words in, as an adopted table without constraints does.
func (w *world) withoutChecks(t fataler) {
	t.Helper()
	for _, c := range w.column(t, `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace`) {
		w.exec(t, c)
	}
}

func TestARoleThatIsNoneMayDoLeast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withoutChecks(t)
	w.exec(t, `INSERT INTO users (id, name, email, role) VALUES ('x', 'x', 'x', 'superuser'), ('e', 'e', 'e', '')`)
	for _, id := range []string{"x", "e"} {
		role, err := w.Role(t.Context(), domain.UserID(id))
		if err != nil || role != domain.RolePending || w.user(t, id).Role != domain.RolePending {
			t.Errorf("%s: %q, %v", id, role, err)
		}
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u")
	if role, err := w.Role(t.Context(), "u"); err != nil || role != domain.RoleUser {
		t.Errorf("%q, %v", role, err)
	}
	w.exec(t, `UPDATE users SET role = 'pending'`)
	if role, err := w.Role(t.Context(), "u"); err != nil || role != domain.RolePending {
		t.Errorf("after a demotion: %q, %v", role, err)
	}
	wantCode(t, second(w.Role(t.Context(), "nobody")), domain.NotFound)
}

func TestFindingUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO users (id, name, email, role, created_at) VALUES
		('late', 'l', 'l@example.com', 'admin', $2), ('B', 'b', 'b@example.com', 'admin', $1), ('a', 'a', 'A@example.com', 'admin', $1)`, noon, noon.Add(time.Hour))
	if id, err := w.FirstUserOfRole(t.Context(), domain.RoleAdmin); err != nil || id != "B" {
		t.Errorf("the first admin is %q, %v", id, err)
	}
	wantCode(t, second(w.FirstUserOfRole(t.Context(), domain.RolePending)), domain.NotFound)
	if id, err := w.UserIDByEmail(t.Context(), "A@example.com"); err != nil || id != "a" {
		t.Errorf("%q, %v", id, err)
	}
	wantCode(t, second(w.UserIDByEmail(t.Context(), "a@example.com")), domain.NotFound)
}

func TestTouchUsersAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "new", "recent", "due", "ahead", "other")
	at := noon.Add(time.Hour)
	for id, last := range map[string]time.Time{"recent": at.Add(-time.Minute + time.Microsecond), "due": at.Add(-time.Minute), "ahead": at.Add(time.Second)} {
		w.exec(t, `UPDATE users SET last_active_at = $2 WHERE id = $1`, id, last)
	}
	if err := w.TouchUsers(t.Context(), []domain.UserID{"new", "recent", "due", "ahead", "nobody"}, at); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]time.Time{"new": at, "recent": at.Add(-time.Minute + time.Microsecond), "due": at, "ahead": at.Add(time.Second)} {
		if got := w.user(t, id).LastActiveAt; got == nil || !got.Equal(want) {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	if u := w.user(t, "other"); u.LastActiveAt != nil || !w.user(t, "new").UpdatedAt.Equal(noon) {
		t.Errorf("%+v, and being active is no update: %v", u, w.user(t, "new").UpdatedAt)
	}
	if err := w.TouchUsers(t.Context(), nil, at); err != nil {
		t.Error(err)
	}
}

func TestUpdateProfile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change      domain.ProfileChange
		name, image string
	}{
		"nothing":         {domain.ProfileChange{}, "u", "old"},
		"name":            {domain.ProfileChange{Name: new("Una")}, "Una", "old"},
		"image":           {domain.ProfileChange{SetsImage: true, ImageURL: new("new")}, "u", "new"},
		"no image":        {domain.ProfileChange{SetsImage: true}, "u", ""},
		"image not meant": {domain.ProfileChange{ImageURL: new("new")}, "u", "old"},
		"both":            {domain.ProfileChange{Name: new("Una"), SetsImage: true, ImageURL: new("new")}, "Una", "new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.users(t, "u", "other")
			w.exec(t, `UPDATE users SET profile_image_url = 'old'`)
			u, err := w.UpdateProfile(t.Context(), "u", c.change)
			if must(t, u, err); u.ID != "u" || u.Name != c.name || orEmpty(u.ProfileImageURL) != c.image || !u.UpdatedAt.After(noon) {
				t.Errorf("got %+v", u)
			}
			if o := w.user(t, "other"); o.Name != "other" || orEmpty(o.ProfileImageURL) != "old" || !o.UpdatedAt.Equal(noon) {
				t.Errorf("another user changed: %+v", o)
			}
			wantCode(t, second(w.UpdateProfile(t.Context(), "nobody", c.change)), domain.NotFound)
		})
	}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestSetRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users(t, "u", "v")
	set := func(id domain.UserID, role domain.Role) error {
		u, err := w.SetRole(t.Context(), id, role)
		if err == nil && (u.ID != id || u.Role != role) {
			t.Errorf("set %s of %s: got %+v", role, id, u)
		}
		return err
	}
	for _, step := range []struct {
		id   domain.UserID
		role domain.Role
		want error
	}{
		{"v", domain.RolePending, nil}, // Nobody is an admin, nor was v the last.
		{"u", domain.RoleAdmin, nil},
		{"u", domain.RoleAdmin, nil},
		{"u", domain.RoleUser, store.ErrLastAdmin},
		{"u", domain.RolePending, store.ErrLastAdmin},
		{"v", domain.RoleUser, nil},
		{"v", domain.RoleAdmin, nil},
		{"u", domain.RoleUser, nil},
		{"v", domain.RoleUser, store.ErrLastAdmin},
	} {
		if err := set(step.id, step.role); !errors.Is(err, step.want) {
			t.Errorf("%+v: %v", step, err)
		}
	}
	wantCode(t, set("nobody", domain.RoleAdmin), domain.NotFound)
	if got := w.text(t, `SELECT string_agg(id || ' ' || role, ', ' ORDER BY id) FROM users`); got != "u user, v admin" {
		t.Error(got)
	}
}

// Admins who demote each other at once wait for each other; the last of them is refused.
func TestAdminsWhoDemoteEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 50 {
		admins := []domain.UserID{"a", "b", "c"}[:2+round%2]
		w.exec(t, `DELETE FROM users`)
		w.users(t, "a", "b", "c")
		w.exec(t, `UPDATE users SET role = 'admin' WHERE id = ANY($1::text[])`, pq.Array(admins))
		errs := make([]error, len(admins))
		var all sync.WaitGroup
		for i := range admins {
			all.Go(func() { _, errs[i] = w.SetRole(t.Context(), admins[i], domain.RoleUser) })
		}
		all.Wait()
		refused := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
		if left := w.text(t, `SELECT count(*) FROM users WHERE role = 'admin'`); left != "1" || len(refused) != 1 || !errors.Is(refused[0], store.ErrLastAdmin) {
			t.Fatalf("round %d: %s admins left, errors %v", round, left, refused)
		}
	}
}

// Roles change and users are active at once; neither ever waits for the other in a circle.
func TestActivityAndRolesDoNotDeadlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := []domain.UserID{"d", "c", "b", "a"}
	for _, id := range ids { // Their rows lie in the opposite order of their ids.
		w.users(t, string(id))
	}
	w.exec(t, `UPDATE users SET role = 'admin'`)
	active := start(func() (err error) {
		for i := range 50 {
			err = errors.Join(err, w.TouchUsers(t.Context(), ids, noon.Add(time.Duration(i)*time.Hour)))
		}
		return err
	})
	for i := range 50 {
		if _, err := w.SetRole(t.Context(), ids[i%3], roles[i%2]); err != nil {
			t.Error(err)
		}
	}
	if err := <-active; err != nil {
		t.Error(err)
	}
}
