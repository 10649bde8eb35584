package transport

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
)

// HeaderCost asks for extensions.cost in the answer, with any value.
const HeaderCost = "X-Atelier-Cost"

// refuse answers with a request error.
func (a *answer) refuse(refused *refusal) {
	for name, value := range refused.headers {
		a.w.Header().Set(name, value)
	}
	status := refused.status
	if a.media == mediaJSON && refused.wellFormed {
		status = http.StatusOK
	}
	a.settle(a.actual()) // Where it was interrupted by a panic.
	if a.hasLeft() {
		return
	}
	response := a.present(refused.errs)
	a.write(status, response)
	a.observe(response.Errors)
}

// Refuse answers a request that comes no further: in the type that it asks for, with more extensions of the error if there are any.
func Refuse(w http.ResponseWriter, r *http.Request, status int, failure *domain.Error, more map[string]any) {
	extensions := map[string]any{"code": string(failure.Code)}
	if failure.Code.IsRetryable() {
		extensions["retryable"] = true
	}
	maps.Copy(extensions, more)
	media, _ := negotiate(r.Header.Values("Accept"))
	a := &answer{w: w, r: r, media: media}
	a.write(status, &graphql.Response{Errors: gqlerror.List{{Message: failure.Message, Extensions: extensions}}})
}

// finish answers with what came of an operation. Where there is no response, the deadline had passed before it began, or
// the client has left.
func (a *answer) finish(response *graphql.Response) {
	a.settle(a.actual())
	if a.hasLeft() {
		return
	}
	if response == nil {
		a.refuse(gaveUp())
		return
	}
	if a.r.Header.Get(HeaderCost) != "" {
		a.addCost(response)
	}
	if len(response.Data) == 0 {
		response.Data = json.RawMessage("null")
	}
	a.ran = true
	if kept := a.keep(response); kept != nil {
		a.writeWhole(kept)
	} else {
		a.addCache(response)
		a.write(http.StatusOK, withFewErrors(response))
	}
	a.observe(response.Errors)
}

// present is a response of errors alone.
func (a *answer) present(errs gqlerror.List) *graphql.Response {
	return &graphql.Response{Errors: a.engine.Present(a.r.Context(), errs)}
}

// hasLeft reports whether the client has left. Then there is no answer, and what failed for that reason is no error of anybody's.
func (a *answer) hasLeft() bool {
	if a.isLeft = errors.Is(a.r.Context().Err(), context.Canceled); a.isLeft {
		a.observe(nil)
	}
	return a.isLeft
}

// write sends an answer at once, with its length.
func (a *answer) write(status int, response *graphql.Response) { a.send(status, encode(response)) }

func (a *answer) send(status int, parts [][]byte) {
	header := a.w.Header()
	header["Content-Type"] = contentTypes[a.media]
	header.Set("Content-Length", strconv.Itoa(length(parts)))
	if header.Get("Cache-Control") == "" {
		header["Cache-Control"] = noStore
	}
	a.vary()
	a.isWritten = true
	a.w.WriteHeader(status)
	if a.r.Method == http.MethodHead {
		return
	}
	for _, part := range parts {
		if _, err := a.w.Write(part); err != nil {
			return // The client has left.
		}
	}
}

// Values of headers that answers share: who adds one to them gets a copy, since they have no room for another.
var (
	contentTypes = map[media][]string{mediaJSON: {string(mediaJSON) + "; charset=utf-8"}, mediaGraphQL: {string(mediaGraphQL) + "; charset=utf-8"}}
	noStore      = []string{"no-store"}
)

// What stands around data that nothing stands beside.
var beforeData, afterData = []byte(`{"data":`), []byte("}")

// encode writes a response in parts, since data may be large: errors first, so that a reader sees them first, and data only
// if the operation ran.
func encode(response *graphql.Response) (parts [][]byte) {
	if len(response.Errors) == 0 && len(response.Extensions) == 0 && response.Data != nil {
		return [][]byte{beforeData, response.Data, afterData}
	}
	add := func(name string, value []byte) {
		separator := ","
		if len(parts) == 0 {
			separator = "{"
		}
		parts = append(parts, []byte(separator+`"`+name+`":`), value)
	}
	if len(response.Errors) > 0 {
		add("errors", marshal(response.Errors))
	}
	if response.Data != nil {
		add("data", response.Data)
	}
	if len(response.Extensions) > 0 {
		add("extensions", marshal(response.Extensions))
	}
	return append(parts, []byte("}"))
}

func length(parts [][]byte) (n int) {
	for _, part := range parts {
		n += len(part)
	}
	return n
}

// marshal encodes what is ours: strings, numbers and maps of them, which cannot fail.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}

func (a *answer) observe(errs gqlerror.List) {
	if a.Observe == nil {
		return
	}
	outcome := Outcome{
		Ran: a.ran, Left: a.isLeft, Cost: a.cost, Work: a.done(), Bound: a.bound, Took: time.Since(a.start), Codes: codes(errs), IsKept: a.isKept, NotKept: a.why,
	}
	if a.operation != nil {
		outcome.Name, outcome.Kind = a.operation.Name, a.operation.Operation
	}
	a.Observe(a.r.Context(), outcome)
}

func codes(errs gqlerror.List) (found []string) {
	for _, err := range errs {
		if code, ok := err.Extensions["code"].(string); ok && !slices.Contains(found, code) {
			found = append(found, code)
		}
	}
	return found
}
