package graph

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
)

// Options are what a handler is made of.
type Options struct {
	Resolvers ResolverRoot
	// Prepare readies the context of each response, before any resolver sees it: it puts fresh loaders there.
	Prepare func(context.Context) context.Context
	Log     *slog.Logger
}

// cachedDocuments is how many parsed and validated documents are kept.
const cachedDocuments = 1000

// NewHandler answers GraphQL requests. The viewer is in the request's context.
func NewHandler(o Options) http.Handler {
	server := handler.New(NewExecutableSchema(Config{Resolvers: o.Resolvers, Directives: DirectiveRoot{Access: access}}))
	server.AddTransport(transport.Options{})
	server.AddTransport(transport.GET{})
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedDocuments))
	server.Use(extension.Introspection{})
	server.SetErrorPresenter(presenter{o.Log}.present)
	server.SetRecoverFunc(recovered)
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		return next(o.Prepare(ctx))
	})
	return server
}
