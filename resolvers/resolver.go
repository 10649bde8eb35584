// Package resolvers answers the schema's fields, one file per noun. It holds no SQL and no rules: rules stand in auth
// and domain, loaders bring the data.
package resolvers

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"atelier/auth"
	"atelier/cache"
	"atelier/domain"
	"atelier/graph"
	"atelier/graph/transport"
	"atelier/loaders"
	"atelier/relay"
	"atelier/store"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	store *store.Store
	cache *cache.Cache // May be nil.
	bytes int64        // How much an operation may read.
	now   func() time.Time
	watch loaders.Observer
}

// New returns the resolvers over a store.
func New(s *store.Store) *Resolver {
	return &Resolver{store: s, bytes: store.DefaultAllowance, now: time.Now, watch: loaders.Observer{Batch: func(int) {}, Panic: func() {}}}
}

// Observe makes o be told what loaders do. It is for the time before requests come.
func (r *Resolver) Observe(o loaders.Observer) { r.watch = o }

// Through makes what resolvers load come through a cache. It is for the time before requests come.
func (r *Resolver) Through(c *cache.Cache) *Resolver {
	r.cache = c
	return r
}

// Allow sets how many bytes of rows an operation may read. It is for the time before requests come.
func (r *Resolver) Allow(bytes int64) { r.bytes = bytes }

// Prepare returns a context with fresh loaders, as every response needs it. Who changes something, or has just done so, is not served
// from the cache.
func (r *Resolver) Prepare(ctx context.Context) context.Context {
	viewer, ctx := auth.ViewerFrom(ctx), store.Allow(ctx, r.bytes)
	mayReadOwn := func(u *domain.User) bool { return auth.Check(viewer, auth.Owner, u) == nil }
	sees := loaders.Access{Scope: viewer.Scope(), Sees: func(m *domain.Model) bool { return auth.MaySee(viewer, m) }}
	if isMutation(ctx) {
		ctx = r.cache.Writing(ctx, string(viewer.ID))
	} else {
		ctx = r.cache.For(ctx, string(viewer.ID))
	}
	return loaders.With(ctx, loaders.New(r.store, r.watch).For(mayReadOwn).Through(r.cache, sees))
}

// isMutation reports whether the operation changes something. What was refused has none.
func isMutation(ctx context.Context) bool {
	if !graphql.HasOperationContext(ctx) {
		return false
	}
	operation := graphql.GetOperationContext(ctx).Operation
	return operation != nil && operation.Operation == ast.Mutation
}

// Measure counts the work that is done under a context: a transport.Measure.
func (*Resolver) Measure(ctx context.Context) (context.Context, func() transport.Work) {
	ctx, statements := store.CountStatements(ctx)
	ctx, batches := loaders.CountBatches(ctx)
	return ctx, func() transport.Work {
		return transport.Work{
			Statements: statements.Count(), Batches: int(batches.Load()), Rows: statements.Rows(), Database: statements.Took(),
		}
	}
}

type (
	queries   struct{ *Resolver }
	mutations struct{ *Resolver }
)

// Query returns the resolvers of the root of queries.
func (r *Resolver) Query() graph.QueryResolver { return queries{r} }

// Mutation returns the resolvers of the root of mutations.
func (r *Resolver) Mutation() graph.MutationResolver { return mutations{r} }

// list reads a connection's arguments for the scope's list. A page of which nothing is selected, as where its total alone is, is none.
func list(ctx context.Context, scope relay.Scope, first *int, after *string, last *int, before *string, full bool) (loaders.List, error) {
	page, err := relay.PageArgs{First: first, After: after, Last: last, Before: before}.Page(scope)
	if !graph.SelectsPage(ctx) {
		page.Limit = 0
	}
	return loaders.List{Scope: scope, Page: page, Full: full}, err
}

// numberedPage reads a numbered page's arguments, and which of its parts are selected.
func numberedPage(ctx context.Context, number, size int) (domain.NumberedPage, error) {
	page, err := relay.NumberedPage(number, size)
	page.NoItems, page.NoTotal = !graph.SelectsItems(ctx), !graph.SelectsTotal(ctx)
	return page, err
}

// orZero returns what a nullable input holds; null and absent are the same, and zero does not narrow.
func orZero[T any](given *T) T {
	if given == nil {
		var none T
		return none
	}
	return *given
}

// visible returns the objects with those that the viewer may not see taken for absent.
func visible[T comparable](ctx context.Context, objects []T, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	viewer := auth.ViewerFrom(ctx)
	seen := make([]T, len(objects))
	for i, object := range objects {
		if auth.MaySee(viewer, object) {
			seen[i] = object
		}
	}
	return seen, nil
}

// found returns the object of an id among those read, or NOT_FOUND where there is none, or none for the viewer.
func found[K, T comparable](ctx context.Context, id K, read map[K]T, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	object, ok := read[id]
	if !ok || !auth.MaySee(auth.ViewerFrom(ctx), object) {
		return none, domain.NewError(domain.NotFound, "there is nothing with this id that you may see")
	}
	return object, nil
}

// The heavy fields of each noun: selecting one makes the loaders read the full shape.
var (
	heavyTask          = []string{"prompt", "failReason", "promptEn", "description", "properties", "buttons"}
	heavyMessage       = []string{"content", "meta"}
	heavyFile          = []string{"meta"}
	heavyGeneratedFile = []string{"metadata"}
	heavyCreditLog     = []string{"detail"}
	heavyModel         = []string{"params", "meta"}
)
