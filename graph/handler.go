package graph

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

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
	o.Transport = withDefaults(o.Transport)
	o.Transport.OnPanic = o.OnPanic
	schema := newSchema(o)
	e := &engine{Options: o, schema: schema, present: presenter{o.Log}.present, recover: recoverer(o.OnPanic)}
	return transport.New(o.Transport, document.NewReader(schema.Schema(), o.Transport.Limits, documentBytes), e)
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
