package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"atelier/graph/transport"
)

// engine runs operations on the schema, for the transport. It stands in the place of gqlgen's executor, which keeps extensions apart
// that are parts of one here.
type engine struct {
	Options

	schema  graphql.ExecutableSchema
	present graphql.ErrorPresenterFunc
	recover graphql.RecoverFunc
}

// Ready implements transport.Engine.
func (e *engine) Ready(asked transport.Asked) (*graphql.OperationContext, *gqlerror.Error) {
	variables, err := validator.VariableValues(e.schema.Schema(), asked.Operation, asked.Params.Variables)
	if err != nil {
		return nil, misfit(err)
	}
	return &graphql.OperationContext{
		RawQuery: asked.Params.Query, OperationName: asked.Params.OperationName, Variables: variables, Extensions: asked.Params.Extensions,
		Headers: asked.Params.Headers, Doc: asked.Document, Operation: asked.Operation, DisableIntrospection: e.Transport.Limits.Introspection <= 0,
		RecoverFunc: e.recover, ResolverMiddleware: resolved, RootResolverMiddleware: resolvedRoot,
	}, nil
}

func misfit(err error) *gqlerror.Error {
	told, ok := errors.AsType[*gqlerror.Error](err)
	if !ok {
		told = gqlerror.Wrap(err)
	}
	errcode.Set(told, errcode.ValidationFailed)
	return told
}

func resolved(ctx context.Context, next graphql.Resolver) (any, error)              { return next(ctx) }
func resolvedRoot(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) }

// Answer implements transport.Engine.
func (e *engine) Answer(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	ctx = graphql.WithOperationContext(ctx, operation)
	ctx, err := e.readmitted(ctx, operation)
	if err != nil {
		return &graphql.Response{Errors: gqlerror.List{e.present(ctx, err)}}
	}
	if ctx.Err() != nil {
		return nil
	}
	ctx = e.Prepare(withFailures(graphql.WithResponseContext(ctx, e.present, e.recover)))
	response := e.schema.Exec(ctx)(ctx)
	if response != nil {
		response.Errors = append(response.Errors, graphql.GetErrors(ctx)...)
	}
	return response
}

// readmitted lets mutations run as the viewer is now.
func (e *engine) readmitted(ctx context.Context, operation *graphql.OperationContext) (context.Context, error) {
	if e.Readmit == nil || operation.Operation.Operation != ast.Mutation {
		return ctx, nil
	}
	readmitted, err := e.Readmit(ctx)
	if err != nil {
		return ctx, err
	}
	return readmitted, nil
}

// Present implements transport.Engine.
func (e *engine) Present(ctx context.Context, errs gqlerror.List) gqlerror.List {
	ctx = graphql.WithOperationContext(ctx, &graphql.OperationContext{})
	ctx = graphql.WithResponseContext(ctx, e.present, e.recover)
	for _, err := range errs {
		graphql.AddError(ctx, err)
	}
	return graphql.GetErrors(ctx)
}
