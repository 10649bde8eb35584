package shop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// Resolvers answer from memory, and note each call with the objects that it was for.
type Resolvers struct {
	// Before is told of each call before it answers. May be nil.
	Before func(ctx context.Context, call string)

	mu    sync.Mutex
	calls []string
}

// Calls returns what was called since the last time, sorted, since relations are asked side by side.
func (r *Resolvers) Calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	slices.Sort(calls)
	return calls
}

func (r *Resolvers) note(ctx context.Context, format string, args ...any) {
	call := fmt.Sprintf(format, args...)
	if r.Before != nil {
		r.Before(ctx, call)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
}

// Gate lets pass but for words that the context holds; see Closed.
func Gate(ctx context.Context, object any, next graphql.Resolver, word string, silent bool) (any, error) {
	closed, _ := ctx.Value(closedKey{}).(func(string, any) bool)
	switch {
	case closed == nil || !closed(word, object):
		return next(ctx)
	case silent:
		return nil, nil
	}
	return nil, errors.New("closed: " + word)
}

type closedKey struct{}

// Closed returns a context in which gates are closed for those words and objects that is says.
func Closed(ctx context.Context, is func(word string, object any) bool) context.Context {
	return context.WithValue(ctx, closedKey{}, is)
}

// Config is the schema's configuration over the resolvers.
func (r *Resolvers) Config() Config {
	upper := func(ctx context.Context, _ any, next graphql.Resolver) (any, error) { return next(ctx) }
	return Config{Resolvers: r, Directives: DirectiveRoot{Gate: Gate, Upper: upper, Noted: upper}}
}

// Somebody is a customer by id: those whose ids begin with "x" are nobody.
func Somebody(id string) *Customer {
	if id == "" || id[0] == 'x' {
		return nil
	}
	good := MoodGood
	return &Customer{
		ID: id, Name: "Customer \"" + id + "\"\n", Secret: "secret " + id, Guarded: &id, Must: "must", Shouted: "hey", Mood: &good,
		Address:   Address{Street: "Main Street", In: &City{"Here", "mayor"}},
		Addresses: []Address{{Street: "First"}, {Street: "Second", In: &City{"There", "xnobody"}}},
	}
}

var due = time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC)

// Things are what a customer owns.
func Things(owner string) []Thing {
	weight, yes := 1.5, true
	return []Thing{
		&Book{ID: "book-" + owner, OwnerID: owner, Tags: []string{"a", `"b"`}, Pages: 7, Printed: &due, Due: due, Weight: &weight, Colour: Green},
		Lamp{ID: "lamp-" + owner, OwnerID: "x", Odd: Odd{"one"}, Lit: &yes},
		&Book{ID: "last-" + owner, OwnerID: "friend", Tags: []string{}, Due: due, Colour: Red},
	}
}

type (
	queries   struct{ *Resolvers }
	mutations struct{ *Resolvers }
	streams   struct{ *Resolvers }
	customers struct{ *Resolvers }
	books     struct{ *Resolvers }
	lamps     struct{ *Resolvers }
	cities    struct{ *Resolvers }
)

// Query returns the resolvers of the root of queries.
func (r *Resolvers) Query() QueryResolver { return queries{r} }

// Mutation returns the resolvers of the root of mutations.
func (r *Resolvers) Mutation() MutationResolver { return mutations{r} }

// Subscription returns the resolvers of the root of subscriptions.
func (r *Resolvers) Subscription() SubscriptionResolver { return streams{r} }

// Customer returns the resolvers of a customer.
func (r *Resolvers) Customer() CustomerResolver { return customers{r} }

// Book returns the resolvers of a book.
func (r *Resolvers) Book() BookResolver { return books{r} }

// Lamp returns the resolvers of a lamp.
func (r *Resolvers) Lamp() LampResolver { return lamps{r} }

// City returns the resolvers of a city.
func (r *Resolvers) City() CityResolver { return cities{r} }

func (q queries) Customer(ctx context.Context, id string) (*Customer, error) {
	q.note(ctx, "Query.customer %s", id)
	return Somebody(id), nil
}

func (q queries) Customers(ctx context.Context, wanted *Wanted, first int) ([]*Customer, error) {
	ids := []string{"a", "b", "c", "d"}[:min(first, 4)]
	if wanted != nil && wanted.Ids != nil {
		ids = wanted.Ids
	}
	q.note(ctx, "Query.customers %v", ids)
	found := make([]*Customer, len(ids))
	for i, id := range ids {
		found[i] = Somebody(id)
	}
	return found, nil
}

func (q queries) Any(context.Context) ([]Any, error) {
	things := Things("a")
	return []Any{things[0].(Any), things[1].(Any), nil, Somebody("a"), (*Book)(nil), Lamp{ID: "broken", Odd: Odd{"two"}}}, nil
}

func (queries) Must(context.Context) (string, error)      { return "here", nil }
func (queries) Lonely(context.Context) (*Customer, error) { return nil, nil }
func (queries) Number(context.Context) (*int, error)      { return nil, nil }
func (queries) Fails(context.Context) (*Customer, error) {
	return Somebody("a"), errors.New("it fails")
}
func (queries) Panics(context.Context) (*Customer, error) { panic("it panics") }

func (m mutations) First(ctx context.Context, value int) (*Customer, error) {
	m.note(ctx, "%d Mutation.first", value)
	return Somebody("a"), nil
}

func (m mutations) Second(ctx context.Context, value int) (int, error) {
	m.note(ctx, "%d Mutation.second", value)
	return value, nil
}

func (streams) Ticks(context.Context) (<-chan int, error) {
	ticks := make(chan int, 2)
	ticks <- 1
	ticks <- 2
	close(ticks)
	return ticks, nil
}

func ids[T any](objects []T, id func(T) string) (all []string) {
	for _, o := range objects {
		all = append(all, id(o))
	}
	return all
}

func idOf(c *Customer) string { return c.ID }

func (c customers) Things(ctx context.Context, objs []*Customer, first *int, _ *Colour) ([][]Thing, error) {
	c.note(ctx, "Customer.things %v", ids(objs, idOf))
	lists := make([][]Thing, len(objs))
	for i, o := range objs {
		if o.ID != "c" {
			lists[i] = Things(o.ID)[:min(max(*first, 0), 3)]
		}
	}
	return lists, nil
}

// Items fails for customer b, and has a null for all.
func (c customers) Items(ctx context.Context, objs []*Customer) ([][]Thing, error) {
	c.note(ctx, "Customer.items %v", ids(objs, idOf))
	lists, errs := make([][]Thing, len(objs)), make(graphql.BatchErrorList, len(objs))
	for i, o := range objs {
		lists[i] = append(Things(o.ID)[:1], nil)
		if o.ID == "b" {
			errs[i] = errors.New("not for b")
		}
	}
	return lists, errs
}

// Count fails for all if one of them is customer d.
func (c customers) Count(ctx context.Context, objs []*Customer) ([]int, error) {
	c.note(ctx, "Customer.count %v", ids(objs, idOf))
	counts := make([]int, len(objs))
	for i, o := range objs {
		counts[i] = len(o.ID)
		if o.ID == "d" {
			return nil, errors.New("not with d")
		}
	}
	return counts, nil
}

// Friend panics if one is called "panic".
func (c customers) Friend(ctx context.Context, objs []*Customer) ([]*Customer, error) {
	c.note(ctx, "Customer.friend %v", ids(objs, idOf))
	friends := make([]*Customer, len(objs))
	for i, o := range objs {
		if o.ID == "panic" {
			panic("no friends")
		}
		if o.ID != "b" {
			friends[i] = Somebody("friend of " + o.ID)
		}
	}
	return friends, nil
}

func (c customers) Likes(ctx context.Context, objs []*Customer) ([]*Customer, error) {
	c.note(ctx, "Customer.likes %v", ids(objs, idOf))
	return customers{&Resolvers{}}.Friend(ctx, objs)
}

func (c customers) Hates(ctx context.Context, objs []*Customer) ([]*Customer, error) {
	c.note(ctx, "Customer.hates %v", ids(objs, idOf))
	return customers{&Resolvers{}}.Friend(ctx, objs)
}

func (customers) Slow(_ context.Context, obj *Customer) (string, error) { return "slow " + obj.ID, nil }

// Owner passes over nil pointers, which the generated executor hands over.
func (b books) Owner(ctx context.Context, all []*Book) ([]*Customer, error) {
	objs := slices.DeleteFunc(slices.Clone(all), func(b *Book) bool { return b == nil })
	b.note(ctx, "Book.owner %v", ids(objs, func(b *Book) string { return b.ID }))
	owners := make([]*Customer, len(all))
	for i, o := range all {
		if o != nil {
			owners[i] = Somebody(o.OwnerID)
		}
	}
	return owners, nil
}

func (l lamps) Owner(ctx context.Context, objs []*Lamp) ([]*Customer, error) {
	l.note(ctx, "Lamp.owner %v", ids(objs, func(l *Lamp) string { return l.ID }))
	owners := make([]*Customer, len(objs))
	for i, o := range objs {
		owners[i] = Somebody(o.OwnerID)
	}
	return owners, nil
}

func (c cities) Mayor(ctx context.Context, objs []*City) ([]*Customer, error) {
	c.note(ctx, "City.mayor %v", ids(objs, func(c *City) string { return c.Name }))
	mayors := make([]*Customer, len(objs))
	for i, o := range objs {
		mayors[i] = Somebody(o.MayorID)
	}
	return mayors, nil
}
