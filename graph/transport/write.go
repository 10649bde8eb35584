package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
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
	presented := a.exec.DispatchError(graphql.WithOperationContext(a.r.Context(), &graphql.OperationContext{}), refused.errs)
	a.write(status, &graphql.Response{Errors: presented.Errors}, false)
	a.observe(&graphql.OperationContext{}, presented.Errors)
}

// finish answers with what came of an operation. A nil response means that the client has left.
func (a *answer) finish(operation *graphql.OperationContext, response *graphql.Response) {
	if response == nil {
		return
	}
	if a.Budget != nil {
		a.left = a.Budget.Return(a.r, a.cost.Points-a.actual())
	}
	if a.r.Header.Get(HeaderCost) != "" {
		a.addCost(response)
	}
	a.write(http.StatusOK, response, true)
	a.observe(operation, response.Errors)
}

// write sends an answer at once, with its length.
func (a *answer) write(status int, response *graphql.Response, executed bool) {
	body := encode(response, executed)
	header := a.w.Header()
	header.Set("Content-Type", string(a.media)+"; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "no-store")
	}
	header.Add("Vary", "Accept")
	a.w.WriteHeader(status)
	if a.r.Method != http.MethodHead {
		_, _ = a.w.Write(body)
	}
}

// encode writes a response: errors before data, so that a reader sees them first, and data only if the operation ran.
func encode(response *graphql.Response, executed bool) []byte {
	var b bytes.Buffer
	b.Grow(len(response.Data) + 256)
	b.WriteByte('{')
	if len(response.Errors) > 0 {
		b.WriteString(`"errors":`)
		b.Write(marshal(response.Errors))
		if executed {
			b.WriteByte(',')
		}
	}
	if executed {
		b.WriteString(`"data":`)
		b.Write(orNull(response.Data))
	}
	if len(response.Extensions) > 0 {
		b.WriteString(`,"extensions":`)
		b.Write(marshal(response.Extensions))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func orNull(data json.RawMessage) []byte {
	if len(data) == 0 {
		return []byte("null")
	}
	return data
}

// marshal encodes what is ours: strings, numbers and maps of them, which cannot fail.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}

func (a *answer) observe(operation *graphql.OperationContext, errs gqlerror.List) {
	if a.Observe == nil {
		return
	}
	outcome := Outcome{Name: operation.OperationName, Cost: a.cost, Work: a.done(), Took: time.Since(a.start), Codes: codes(errs)}
	if operation.Operation != nil {
		outcome.Name, outcome.Kind = operation.Operation.Name, operation.Operation.Operation
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
