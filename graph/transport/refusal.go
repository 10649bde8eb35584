package transport

import (
	"math"
	"net/http"
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

// refuseUntil refuses an operation that the viewer cannot afford yet.
func refuseUntil(wait time.Duration) *refusal {
	refused := refuse(http.StatusTooManyRequests, domain.RateLimited, "the points of this viewer are spent")
	refused.headers = map[string]string{"Retry-After": strconv.Itoa(int(math.Ceil(wait.Seconds())))}
	refused.errs[0].Extensions["retryable"] = true
	return refused
}
