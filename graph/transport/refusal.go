package transport

import (
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// refusal is a request error: nothing was run, and the answer has no data.
type refusal struct {
	// status is what application/graphql-response+json gets; application/json gets 200 for a wellFormed request.
	status     int
	wellFormed bool
	errs       gqlerror.List
	headers    map[string]string
}

func coded(code domain.Code, format string, args ...any) gqlerror.List {
	err := gqlerror.Errorf(format, args...)
	err.Extensions = map[string]any{"code": string(code)}
	return gqlerror.List{err}
}

func refuse(status int, code domain.Code, format string, args ...any) *refusal {
	return &refusal{status: status, errs: coded(code, format, args...)}
}

func malformed(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, domain.BadRequest, format, args...)
}

// refuseAll refuses a well-formed request whose document, operation or variables do not hold.
func refuseAll(errs gqlerror.List) *refusal {
	return &refusal{status: http.StatusBadRequest, wellFormed: true, errs: errs}
}

// gaveUp refuses an operation that did not begin before its deadline.
func gaveUp() *refusal {
	refused := refuse(http.StatusServiceUnavailable, domain.Timeout, "the operation took too long")
	refused.wellFormed = true
	return refused
}

// overloaded refuses an operation that has to wait, where enough do already.
func overloaded() *refusal {
	refused := refuse(http.StatusServiceUnavailable, domain.Overloaded, "the server has as many large answers to give as it takes on")
	refused.headers = map[string]string{"Retry-After": "1"}
	return refused
}

// panicked refuses without a code: the error presenter logs the cause and hides it.
func panicked(cause any) *refusal {
	err := fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
	return &refusal{status: http.StatusInternalServerError, errs: gqlerror.List{gqlerror.Wrap(err)}}
}

// refuseUntil refuses an operation that the viewer cannot afford yet.
func refuseUntil(wait time.Duration) *refusal {
	refused := refuse(http.StatusTooManyRequests, domain.RateLimited, "the points of this viewer are spent")
	refused.headers = map[string]string{"Retry-After": strconv.Itoa(int(math.Ceil(wait.Seconds())))}
	return refused
}
