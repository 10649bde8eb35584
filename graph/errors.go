package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// presenter translates every error on its way out: what has a code is told, anything else becomes INTERNAL with an id
// under which the log has the cause.
type presenter struct{ log *slog.Logger }

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := locate(ctx, err)
	switch told, known := errors.AsType[*domain.Error](err); {
	case known:
		shown.Message = told.Message
		p.tell(shown, told.Code)
		p.logCause(ctx, shown, err)
	case shown.Extensions["code"] != nil: // The request did not parse or validate: gqlgen says so itself.
	case errors.Is(err, context.DeadlineExceeded):
		shown.Message = "the operation took too long; ask for less"
		p.tell(shown, domain.Timeout)
	case errors.Is(err, context.Canceled):
		shown.Message = "the request was given up"
		p.tell(shown, domain.Timeout)
	default:
		p.hide(ctx, shown, err)
	}
	return shown
}

// locate returns a fresh error with the path and the locations of err.
func locate(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Message: err.Error(), Path: graphql.GetPath(ctx)}
	if e, ok := errors.AsType[*gqlerror.Error](err); ok {
		shown.Message, shown.Locations, shown.Extensions, shown.Rule = e.Message, e.Locations, e.Extensions, e.Rule
		if e.Path != nil {
			shown.Path = e.Path
		}
	}
	return shown
}

func (presenter) tell(shown *gqlerror.Error, code domain.Code) {
	shown.Extensions = map[string]any{"code": string(code)}
}

// logCause logs what the database did, where that is why the caller has to wait.
func (p presenter) logCause(ctx context.Context, shown *gqlerror.Error, err error) {
	if code := domain.CodeOf(err); code == domain.Unavailable || code == domain.Timeout {
		p.log.WarnContext(ctx, "a field was given up", "path", shown.Path.String(), "code", string(code), "cause", err)
	}
}

func (p presenter) hide(ctx context.Context, shown *gqlerror.Error, err error) {
	id := rand.Text()[:12]
	p.log.ErrorContext(ctx, "a field failed", "error_id", id, "path", shown.Path.String(), "cause", err)
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
