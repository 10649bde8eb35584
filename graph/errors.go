package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// presenter translates every error on its way out: what has a code is told, anything else becomes INTERNAL with an id
// under which the log has the cause.
type presenter struct{ log *slog.Logger }

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := locate(ctx, err)
	argument := cutArgument(ctx, shown)
	told, known := errors.AsType[*domain.Error](err)
	switch {
	case known:
		shown.Message = told.Message
		tell(shown, told.Code)
		p.logCause(ctx, shown, err)
	case shown.Extensions["code"] != nil: // The request was refused: who did has said why.
	case errors.Is(err, context.DeadlineExceeded):
		shown.Message = "the operation took too long; ask for less"
		tell(shown, domain.Timeout)
	case errors.Is(err, context.Canceled):
		shown.Message = "the request was given up"
		tell(shown, domain.Timeout)
	default:
		p.hide(ctx, shown, err)
	}
	if argument != "" && shown.Extensions != nil {
		shown.Extensions["argument"] = argument
	}
	return markRetryable(shown)
}

// cutArgument ends the path of an error in an argument at its field, since it is one of the response, and returns where in the arguments it is:
// gqlgen appends that, as in user.id for what may be a field as well.
func cutArgument(ctx context.Context, shown *gqlerror.Error) string {
	fc := graphql.GetFieldContext(ctx)
	if fc == nil || fc.Field.Field == nil || fc.Field.Definition == nil {
		return ""
	}
	field := len(fc.Path())
	if field == 0 || len(shown.Path) <= field {
		return ""
	}
	argument := shown.Path[field:]
	name, isName := argument[0].(ast.PathName)
	if !isName || fc.Field.Definition.Arguments.ForName(string(name)) == nil {
		return ""
	}
	shown.Path = shown.Path[:field:field]
	if len(shown.Locations) == 0 && fc.Field.Position != nil {
		shown.Locations = []gqlerror.Location{{Line: fc.Field.Position.Line, Column: fc.Field.Position.Column}}
	}
	return argument.String()
}

// locate returns a fresh error with the path and the locations of err.
func locate(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Message: err.Error(), Path: graphql.GetPath(ctx)}
	if e, ok := errors.AsType[*gqlerror.Error](err); ok {
		shown.Message, shown.Locations, shown.Extensions = e.Message, e.Locations, maps.Clone(e.Extensions)
		if e.Path != nil {
			shown.Path = e.Path
		}
	}
	return shown
}

func tell(shown *gqlerror.Error, code domain.Code) {
	shown.Extensions = map[string]any{"code": string(code)}
}

// markRetryable tells clients that the same request may succeed later, though nothing is changed about it.
func markRetryable(shown *gqlerror.Error) *gqlerror.Error {
	if code, _ := shown.Extensions["code"].(string); domain.Code(code).IsRetryable() {
		shown.Extensions["retryable"] = true
	}
	return shown
}

// logCause logs what the database did, where that is why the caller has to wait.
func (p presenter) logCause(ctx context.Context, shown *gqlerror.Error, err error) {
	code := domain.CodeOf(err)
	if (code == domain.Unavailable || code == domain.Timeout) && failuresOf(ctx).mayLog() {
		p.log.WarnContext(ctx, "a field was given up", "path", shown.Path.String(), "code", string(code), "cause", err)
	}
}

func (p presenter) hide(ctx context.Context, shown *gqlerror.Error, err error) {
	failures := failuresOf(ctx)
	id := failures.id()
	if failures.mayLog() {
		p.log.ErrorContext(ctx, "a field failed", "error_id", id, "path", shown.Path.String(), "cause", err)
	}
	shown.Message = "something went wrong on our side; quote error " + id
	shown.Extensions = map[string]any{"code": string(domain.Internal), "errorId": id}
}

// recoverer makes an error of a panic; the presenter hides it.
func recoverer(observe func()) graphql.RecoverFunc {
	return func(_ context.Context, cause any) error {
		if observe != nil {
			observe()
		}
		return fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
	}
}

// failures are those of one response. What fails a level of the query fails each of its fields: they share an id, and
// the log has the first few.
type failures struct {
	once   sync.Once
	random string
	logged atomic.Int32
}

const maxLogged = 10

func (f *failures) id() string {
	f.once.Do(func() { f.random = rand.Text()[:12] })
	return f.random
}

func (f *failures) mayLog() bool { return f.logged.Add(1) <= maxLogged }

type failuresKey struct{}

func withFailures(ctx context.Context) context.Context {
	return context.WithValue(ctx, failuresKey{}, &failures{})
}

// failuresOf returns those of the response that ctx belongs to. A refused request has but one error of ours, if any.
func failuresOf(ctx context.Context) *failures {
	if f, ok := ctx.Value(failuresKey{}).(*failures); ok {
		return f
	}
	return &failures{}
}
