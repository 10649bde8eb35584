package graph

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/exec"
	"atelier/graph/document"
	"atelier/graph/transport"
)

// Options are what a handler is made of.
type Options struct {
	Resolvers ResolverRoot
	// Prepare readies the context of each response, before any resolver sees it: it puts fresh loaders there.
	Prepare func(context.Context) context.Context
	// Readmit reads anew who asks: it is called before each mutation, so that a role that was just taken away does not count. May be
	// nil: then the viewer is who the context says.
	Readmit func(context.Context) (context.Context, error)
	Log     *slog.Logger
	// OnPanic is told of code that panicked; the caller gets an error. May be nil.
	OnPanic func()
	// Generated leaves every operation to the generated executor.
	Generated bool
	// OnFallback is told of every operation that is left to the generated executor, and why. May be nil.
	OnFallback func(reason string)
	// Transport says what requests may ask for. Zero limits are the defaults.
	Transport transport.Settings
}

// documentBytes bounds the parsed and validated documents that are kept.
const documentBytes = 32 << 20

// NewHandler answers GraphQL requests. The viewer is in the request's context.
func NewHandler(o Options) http.Handler {
	schema := newSchema(o)
	settings := withDefaults(o.Transport)
	settings.OnPanic = o.OnPanic
	server := handler.New(schema)
	server.AddTransport(transport.New(settings, document.NewReader(schema.Schema(), settings.Limits, documentBytes)))
	server.SetQueryCache(transport.Documents{})
	if settings.Limits.Introspection > 0 {
		server.Use(extension.Introspection{})
	}
	server.SetErrorPresenter(presenter{o.Log}.present)
	server.SetRecoverFunc(recoverer(o.OnPanic))
	server.AroundOperations(o.readmitted)
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		return next(o.Prepare(withFailures(ctx)))
	})
	return server
}

// newSchema returns the schema, executed breadth first unless the options say otherwise.
func newSchema(o Options) graphql.ExecutableSchema {
	config := Config{Schema: servedSchema, Resolvers: o.Resolvers, Directives: DirectiveRoot{Access: access}}
	generated := NewExecutableSchema(config)
	if o.Generated {
		return generated
	}
	return exec.New(generated, NewExecTable(config), exec.Options{Cost: statements, StandIns: standIns, OnFallback: o.OnFallback})
}

// readmitted lets mutations run as the viewer is now.
func (o Options) readmitted(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if o.Readmit == nil || graphql.GetOperationContext(ctx).Operation.Operation != ast.Mutation {
		return next(ctx)
	}
	readmitted, err := o.Readmit(ctx)
	if err != nil {
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{presenter{o.Log}.present(ctx, err)}})
	}
	return next(readmitted)
}

func withDefaults(s transport.Settings) transport.Settings {
	if s.Limits == (document.Limits{}) {
		s.Limits = document.Defaults()
	}
	if s.MaxBody == 0 {
		s.MaxBody = 1 << 20
	}
	if s.MaxAnswer == 0 {
		s.MaxAnswer = transport.DefaultAnswer
	}
	if s.Deadline == 0 {
		s.Deadline = 10 * time.Second
	}
	return s
}
