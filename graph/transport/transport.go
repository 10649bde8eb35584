// Package transport carries GraphQL over HTTP as https://graphql.github.io/graphql-over-http/draft/ has it: POST and GET, media
// types negotiated, the right status, and answers written once.
//
// It reads and refuses requests, and hands what may run to gqlgen's executor. It knows nothing of the schema.
package transport

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/domain"
	"atelier/graph/document"
)

// Settings are what a transport goes by.
type Settings struct {
	Limits   document.Limits
	MaxBody  int64         // Bytes of a request's body.
	Deadline time.Duration // For an operation, from when it is read to when its answer is complete.
	// Origins are those whose pages may send requests from a browser besides the server's own, such as https://app.example;
	// "*" is all.
	Origins []string
	// Budget says whether the viewer can afford an operation. May be nil: everyone can.
	Budget Budget
	// Measure counts the work of operations. May be nil: none is counted.
	Measure Measure
	// Observe is told of every operation that was answered. May be nil.
	Observe func(context.Context, Outcome)
}

// Budget is points that viewers spend on operations.
type Budget interface {
	// Take takes the points of an operation from the budget of whoever sent the request. It returns what remains and, where
	// the points are not there, how long until they are; then nothing is taken.
	Take(r *http.Request, points int) (remaining int, wait time.Duration)
	// Return gives back points that an operation did not need after all, and returns what remains.
	Return(r *http.Request, points int) (remaining int)
}

// Outcome is how an operation ended.
type Outcome struct {
	Name  string // As the client names it: not bounded.
	Kind  ast.Operation
	Codes []string // Of the errors; empty where there are none.
	Cost  document.Cost
	Work  Work
	Took  time.Duration
}

// Transport answers GraphQL requests over HTTP. It implements gqlgen's graphql.Transport.
type Transport struct {
	Settings
	reader    *document.Reader
	persisted *persisted
}

// New returns a transport that reads documents by reader.
func New(s Settings, reader *document.Reader) *Transport {
	return &Transport{Settings: s, reader: reader, persisted: newPersisted(persistedBytes)}
}

// Supports implements graphql.Transport: every request is answered here, also those that are refused.
func (*Transport) Supports(*http.Request) bool { return true }

// Do implements graphql.Transport.
func (t *Transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	a, refused := t.begin(w, r, exec)
	if refused == nil {
		refused = a.run()
	}
	if refused != nil {
		a.refuse(refused)
	}
}

// answer is one request on its way to its answer.
type answer struct {
	*Transport
	w     http.ResponseWriter
	r     *http.Request
	exec  graphql.GraphExecutor
	media media
	start time.Time
	cost  document.Cost
	left  int // Points that remain.
	done  func() Work
}

func (t *Transport) begin(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) (*answer, *refusal) {
	a := &answer{Transport: t, w: w, r: r, exec: exec, start: time.Now(), done: func() Work { return Work{} }}
	var acceptable bool
	if a.media, acceptable = negotiate(r.Header.Values("Accept")); !acceptable {
		return a, refuse(http.StatusNotAcceptable, domain.NotAcceptable, "answers are application/graphql-response+json or application/json")
	}
	return a, nil
}

// run answers the request, or says why not.
func (a *answer) run() *refusal {
	if refused := a.checkOrigin(a.r); refused != nil {
		return refused
	}
	params, refused := a.read(a.r)
	if refused != nil {
		return refused
	}
	ctx, cancel := context.WithTimeout(a.r.Context(), a.Deadline)
	defer cancel()
	operation, ctx, refused := a.prepare(ctx, params)
	if refused != nil {
		return refused
	}
	if a.Measure != nil {
		ctx, a.done = a.Measure(ctx)
	}
	respond, ctx := a.exec.DispatchOperation(ctx, operation)
	a.finish(operation, respond(ctx))
	return nil
}

type documentKey struct{}

// Documents is the query cache to give gqlgen's executor: it finds the document that the transport has read for the request.
type Documents struct{}

// Get implements graphql.Cache.
func (Documents) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*ast.QueryDocument)
	return doc, ok
}

// Add implements graphql.Cache. The reader has kept the document already.
func (Documents) Add(context.Context, string, *ast.QueryDocument) {}

// prepare reads the document, coerces the variables and charges the cost.
func (a *answer) prepare(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, context.Context, *refusal) {
	if refused := a.persisted.resolve(params); refused != nil {
		return nil, ctx, refused
	}
	doc, errs := a.reader.Read(params.Query)
	if errs != nil {
		return nil, ctx, refuseAll(errs)
	}
	a.persisted.keep(params)
	if err := a.Limits.CheckVariables(params.Variables); err != nil {
		return nil, ctx, refuseAll(gqlerror.List{err})
	}
	ctx = context.WithValue(ctx, documentKey{}, doc)
	operation, errs := a.exec.CreateOperationContext(ctx, params)
	if errs != nil {
		return nil, ctx, refuseAll(errs)
	}
	return operation, ctx, a.admit(operation)
}

func (a *answer) admit(operation *graphql.OperationContext) *refusal {
	if a.r.Method != http.MethodPost && operation.Operation.Operation != ast.Query {
		refused := refuse(http.StatusMethodNotAllowed, domain.MethodNotAllowed, "GET is for queries; send this with POST")
		refused.headers = map[string]string{"Allow": http.MethodPost}
		return refused
	}
	cost, err := a.Limits.CheckCost(operation.Doc, operation.Operation, operation.Variables)
	if err != nil {
		return refuseAll(gqlerror.List{err})
	}
	a.cost = cost
	return a.charge()
}

func (a *answer) charge() *refusal {
	if a.Budget == nil {
		return nil
	}
	remaining, wait := a.Budget.Take(a.r, a.cost.Points)
	if a.left = remaining; wait > 0 {
		return refuseUntil(wait)
	}
	return nil
}
