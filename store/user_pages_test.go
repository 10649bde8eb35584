package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"pgregory.net/rapid"

	"atelier/domain"
)

// names that collations put in different orders, and one that is what patterns are made of.
var names = []string{"", "Ada", "ada", "ADA", "Émile", "Emil", "emile", "Zoë", "zoe", "李雷", "a%_\\b", "a b", "ab", "-ab"}

var roles = []domain.Role{domain.RoleAdmin, domain.RoleUser, domain.RolePending}

func TestPagesOfUsers(t *testing.T) {
	t.Parallel()
	for name, open := range taskWorlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			ranks := w.ranks(t)
			rapid.Check(t, func(t *rapid.T) { checkUsers(t, w, ranks) })
		})
	}
}

// ranks says how the users' column of names sorts.
func (w *world) ranks(t *testing.T) map[string]int {
	t.Helper()
	w.exec(t, `INSERT INTO users (id, name, email, role) SELECT name, name, name, 'user' FROM unnest($1::text[]) AS name`, pq.Array(names))
	ranks := map[string]int{}
	for rank, name := range w.column(t, `SELECT name FROM users ORDER BY name`) {
		ranks[name] = rank
	}
	w.exec(t, `DELETE FROM users`)
	return ranks
}

// person is a user as the reference knows one.
type person struct {
	entry
	created time.Time
	name    string
}

func drawPerson(t *rapid.T) person {
	return person{
		entry:   entry{Position: domain.Position{ID: drawID(t)}, word: string(rapid.SampledFrom(roles).Draw(t, "role"))},
		created: drawTime(t),
		name:    rapid.SampledFrom(names).Draw(t, "name"),
	}
}

func (p person) email() string { return p.ID + "@Example.com" }

// in is the person's place in an order.
func (p person) in(order domain.UserOrder, ranks map[string]int) entry {
	e := p.entry
	if order.Field == domain.UsersByName {
		e.Text, e.rank = p.name, ranks[p.name]
	} else {
		e.At = p.created
	}
	return e
}

func (w *world) people(t fataler, people []person) {
	t.Helper()
	for _, p := range people {
		w.exec(t, `INSERT INTO users (id, name, email, role, created_at) VALUES ($1, $2, $3, $4, $5)`, p.ID, p.name, p.email(), p.word, p.created)
	}
}

func drawUserFilter(t *rapid.T) domain.UserFilter {
	instant := func(label string) (at time.Time) {
		if rapid.Bool().Draw(t, label) {
			at = drawTime(t)
		}
		return at
	}
	return domain.UserFilter{
		Role:          rapid.SampledFrom(append(roles, "")).Draw(t, "role"),
		Search:        rapid.SampledFrom([]string{"", "", "a", "ADA", "%", "_", "\\", "il", "example.COM", "B@"}).Draw(t, "search"),
		CreatedAfter:  instant("after"),
		CreatedBefore: instant("before"),
	}
}

func (p person) passes(f domain.UserFilter) bool {
	search := strings.ToLower(f.Search)
	return (f.Role == "" || p.word == string(f.Role)) &&
		(strings.Contains(strings.ToLower(p.name), search) || strings.Contains(strings.ToLower(p.email()), search)) &&
		(f.CreatedAfter.IsZero() || p.created.After(f.CreatedAfter)) &&
		(f.CreatedBefore.IsZero() || p.created.Before(f.CreatedBefore))
}

func drawUserOrder(t *rapid.T) domain.UserOrder {
	return domain.UserOrder{
		Field:     rapid.SampledFrom([]domain.UserOrderField{domain.UsersByCreatedAt, domain.UsersByName}).Draw(t, "field"),
		Direction: rapid.SampledFrom(directions).Draw(t, "direction"),
	}
}

func checkUsers(t *rapid.T, w *world, ranks map[string]int) {
	w.exec(t, `DELETE FROM users`)
	draw := rapid.Custom(drawPerson)
	people := rapid.SliceOfNDistinct(draw, 0, 10, func(p person) string { return p.ID }).Draw(t, "people")
	w.people(t, people)
	for range 4 {
		filter, order := drawUserFilter(t), drawUserOrder(t)
		var all, passing []entry
		for _, p := range people {
			all = append(all, p.in(order, ranks))
			if p.passes(filter) {
				passing = append(passing, p.in(order, ranks))
			}
		}
		p := drawBounded(t, all, rapid.Map(draw, func(p person) entry { return p.in(order, ranks) }))
		got, err := w.Users(context.Background(), filter, order, p.page())
		want := reference(passing, inDirection(order.Direction), p)
		sameSlices(t, positions([]domain.Slice[*domain.User]{must(t, got, err)}, order.Position), []domain.Slice[domain.Position]{want}, p)
		total, err := w.CountUsers(context.Background(), filter)
		if must(t, total, err) != len(passing) {
			t.Fatalf("counted %d, want %d", total, len(passing))
		}
	}
}

func TestSearchTakesPatternsLiterally(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO users (id, name, email) VALUES ('p', '100% sure', 'a'), ('u', 'under_score', 'b'), ('s', 'back\slash', 'c'), ('n', 'none', 'd')`)
	for search, want := range map[string][]string{"%": {"p"}, "_": {"u"}, `\`: {"s"}, "R_S": {"u"}, "0% S": {"p"}, "rxs": nil} {
		read, err := w.Users(t.Context(), domain.UserFilter{Search: search}, domain.UserOrder{}, domain.Page{Limit: 10})
		var got []string
		for _, u := range must(t, read, err).Items {
			got = append(got, string(u.ID))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", search, got, want)
		}
	}
}
