package exec

import (
	"cmp"
	"context"
	"math"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Options are what an executor may be told. The zero value serves.
type Options struct {
	// MaxFields bounds the fields of all plans that are kept, at some 300 bytes each. Default 100,000.
	MaxFields int
	// Cost says how many statements a field takes at most, for the certificate; see [Ask]. Nil: one for each concrete type.
	Cost func(Ask) int
	// StandIns are for fields of a root, such as "Query.user", whose arguments alone tell what relations of their object need: they
	// return an object with which the relations are asked while the resolver is still at work, or nil. Gates are asked about the
	// stand-in, so it must have what they look at. Where the resolver finds nothing, nothing of it is shown.
	StandIns map[string]func(ctx context.Context, args map[string]any) any
	// OnFallback is told of every operation that is left to the generated executor, and why: one of a few words. May be nil.
	OnFallback func(reason string)
}

// New returns a schema that executes queries and mutations breadth first, and leaves to the generated one what it does not do.
func New(generated graphql.ExecutableSchema, table *Table, o Options) graphql.ExecutableSchema {
	if o.MaxFields == 0 {
		o.MaxFields = 100_000
	}
	table.index()
	s := &schema{ExecutableSchema: generated, table: table, options: o, plans: newPlans(table, o.MaxFields, o.Cost)}
	if events, ok := generated.(graphql.ExecutableSchemaWithEventContext); ok {
		return &eventSchema{s, events}
	}
	return s
}

type schema struct {
	graphql.ExecutableSchema
	table   *Table
	options Options
	plans   *plans
}

// eventSchema is a schema whose generated executor gives each event of a subscription a context.
type eventSchema struct {
	*schema
	events graphql.ExecutableSchemaWithEventContext
}

// ExecWithEventContext implements graphql.ExecutableSchemaWithEventContext.
func (s *eventSchema) ExecWithEventContext(ctx context.Context) graphql.ResponseHandlerWithContext {
	return s.events.ExecWithEventContext(ctx)
}

// Exec implements graphql.ExecutableSchema.
func (s *schema) Exec(ctx context.Context) graphql.ResponseHandler {
	oc := graphql.GetOperationContext(ctx)
	p, err := s.plans.of(oc)
	if err != nil {
		if s.options.OnFallback != nil {
			s.options.OnFallback(reasonOf(err))
		}
		return s.ExecutableSchema.Exec(ctx)
	}
	var isDone atomic.Bool
	return func(ctx context.Context) *graphql.Response {
		if isDone.Swap(true) {
			return nil
		}
		return s.execute(ctx, oc, p)
	}
}

func reasonOf(err error) string {
	if reason, ok := err.(unplannedError); ok { //nolint:errorlint // It is ours, and nobody wraps it.
		return string(reason)
	}
	return "error"
}

func (s *schema) execute(ctx context.Context, oc *graphql.OperationContext, p *plan) *graphql.Response {
	if s.table.Inputs != nil {
		ctx = graphql.WithLazyInputUnmarshalerIndex(ctx, s.table.Inputs)
	}
	report := reportOf(ctx)
	report.IsPlanned, report.Statements = true, p.statements
	r := newRun(p, oc)
	r.standIns = s.options.StandIns
	r.resolve(ctx, oc.Operation.Operation == ast.Mutation)
	r.out.limit = cmp.Or(report.Limit, math.MaxInt)
	report.body = r.write(ctx, report.room(int(p.bytes.Load())))
	p.bytes.Store(int64(len(report.body)))
	report.IsTooLarge = r.out.isFull
	r.release() // Not where code around a field of the root panics: relations beside it may be at work with it yet.
	return &graphql.Response{Data: report.body}
}
