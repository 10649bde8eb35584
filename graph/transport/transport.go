// Package transport carries GraphQL over HTTP as https://graphql.github.io/graphql-over-http/draft/ has it: POST and GET, media
// types negotiated, the right status, and answers written once.
//
// It reads and refuses requests, and hands what may run to an engine. It knows nothing of the schema.
package transport

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"atelier/auth"
	"atelier/cache"
	"atelier/cache/answers"
	"atelier/domain"
	"atelier/exec"
	"atelier/graph/document"
	"atelier/graph/lru"
)

// Settings are what a transport goes by.
type Settings struct {
	Limits  document.Limits
	MaxBody int64 // Bytes of a request's body.
	// MaxAnswer is the most bytes of an answer's data.
	MaxAnswer int
	Deadline  time.Duration // For an operation, from when it is read to when its answer is complete.
	// Origins are those whose pages may send requests from a browser besides the server's own, such as https://app.example;
	// "*" is all.
	Origins []string
	// Budget says whether the viewer can afford an operation. May be nil: everyone can.
	Budget Budget
	// Measure counts the work of operations. May be nil: none is counted.
	Measure Measure
	// Pack compresses answers that are kept, or returns nil. May be nil: others compress them, each time.
	Pack func(body []byte) []byte
	// Answers keeps whole answers. May be nil: none is kept.
	Answers *answers.Cache
	// Observe is told of every operation that was answered. May be nil.
	Observe func(context.Context, Outcome)
	// OnPanic is told of code that panicked outside of any field. May be nil.
	OnPanic func()
}

// Budget is points that viewers spend on operations.
type Budget interface {
	// Take takes the points of an operation from the budget of whoever sent the request. It returns how many were taken, which are
	// fewer where the whole budget holds fewer, what remains and, where the points are not there, how long until they are;
	// then nothing is taken.
	Take(r *http.Request, points int) (taken, remaining int, wait time.Duration)
	// Return gives back points that were taken and not needed after all, and returns what remains.
	Return(r *http.Request, points int) (remaining int)
}

// Outcome is how a request ended. Name and Kind are "" where it was refused before its operation was known.
type Outcome struct {
	Name  string // As the client names it: at most 200 bytes of any kind.
	Kind  ast.Operation
	Ran   bool     // It was not refused.
	Left  bool     // The client left before it was answered; there are no Codes then.
	Codes []string // Of the errors; empty where there are none.
	Cost  document.Cost
	Work  Work
	// Bound is the most statements that the operation may take, by the executor's certificate; 0 where it gives none.
	Bound int
	Took  time.Duration
	// IsKept says that the answer was a kept one. If not, NotKept is why, or "" where it is kept from now on.
	IsKept  bool
	NotKept answers.Reason
}

// Engine is what runs operations.
type Engine interface {
	// Ready returns what is to be run, with the variables as their types have them, or what is wrong with these.
	Ready(asked Asked) (*graphql.OperationContext, *gqlerror.Error)
	// Answer runs an operation, once. It returns nil where ctx had ended before it began.
	Answer(ctx context.Context, operation *graphql.OperationContext) *graphql.Response
	// Present returns errors as clients may see them.
	Present(ctx context.Context, errs gqlerror.List) gqlerror.List
}

// Asked is what a request asks for: an operation of a document that holds.
type Asked struct {
	Document  *ast.QueryDocument
	Operation *ast.OperationDefinition
	Params    *graphql.RawParams
}

// Transport answers GraphQL requests over HTTP.
type Transport struct {
	Settings
	engine    Engine
	reader    *document.Reader
	persisted *persisted
	known     *lru.Cache[*knownRequest]
	room      *room
}

// New returns a transport that reads documents by reader, and has their operations run by engine.
func New(s Settings, reader *document.Reader, engine Engine) *Transport {
	if s.Answers == nil {
		s.Answers = answers.New(answers.Config{})
	}
	return &Transport{
		Settings: s, engine: engine, reader: reader, persisted: newPersisted(persistedBytes), known: lru.New[*knownRequest](knownBytes), room: newRoom(roomWeight),
	}
}

// ServeHTTP implements http.Handler.
func (t *Transport) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &answer{Transport: t, w: w, r: r, media: mediaJSON, start: time.Now(), done: func() Work { return Work{} }}
	defer a.recover()
	if refused := a.run(); refused != nil {
		a.refuse(refused)
	}
}

// answer is one request on its way to its answer.
type answer struct {
	*Transport
	w         http.ResponseWriter
	r         *http.Request
	media     media
	start     time.Time
	operation *ast.OperationDefinition // nil until it is known.
	cost      document.Cost
	taken     int // Points, until they are settled.
	left      int // Points that remain.
	done      func() Work
	bound     int // Of statements, by the executor's certificate; 0 where it gives none.
	isWritten bool
	ran       bool
	isLeft    bool // By its client.

	asked  [sha256.Size]byte // A digest of the request.
	key    answers.Key
	trace  *cache.Trace    // Where what was read came from; nil if nobody asks.
	record *answers.Record // What the answer is made of; nil if it is not to be kept.
	isKept bool
	why    answers.Reason // Why the answer was not found, or is not kept.
}

// run answers the request, or says why not.
func (a *answer) run() *refusal {
	var acceptable bool
	if a.media, acceptable = negotiate(a.r.Header.Values("Accept")); !acceptable {
		return refuse(http.StatusNotAcceptable, domain.NotAcceptable, "answers are application/graphql-response+json or application/json")
	}
	if refused := a.checkOrigin(a.r); refused != nil {
		return refused
	}
	text, refused := a.read(a.r)
	if refused != nil {
		return refused
	}
	if answered, refused := a.recall(text); answered {
		return refused
	}
	params, refused := a.parse(text)
	if refused != nil {
		return refused
	}
	ctx, cancel := context.WithTimeout(a.r.Context(), a.Deadline)
	defer cancel()
	operation, refused := a.prepare(params)
	if refused != nil {
		return refused
	}
	kept, ctx := a.repeatable(ctx, params)
	if kept != nil {
		a.repeat(kept)
		return nil
	}
	ctx, report := exec.WithReport(ctx)
	defer report.Release() // The answer has been sent then.
	a.limitAnswer(operation, report)
	response, refused := a.execute(ctx, operation)
	if refused != nil {
		return refused
	}
	a.bound = report.Statements
	if response != nil && report.IsTooLarge {
		response = a.tooLargeAnswer()
	}
	a.finish(response)
	return nil
}

// execute does what is asked for. The room is left before the answer is written, since that may take its client long.
func (a *answer) execute(ctx context.Context, operation *graphql.OperationContext) (*graphql.Response, *refusal) {
	leave, refused := a.room.enter(ctx, weightOf(a.cost))
	if refused != nil {
		a.settle(0)
		return nil, refused
	}
	defer leave()
	if a.Measure != nil {
		ctx, a.done = a.Measure(ctx)
	}
	if a.tellsOfCache() {
		ctx, a.trace = cache.Traced(ctx)
	}
	response := a.engine.Answer(ctx, operation)
	if a.operation.Operation != ast.Query {
		a.Answers.ChangedBy(auth.ViewerFrom(a.r.Context()).ID)
	}
	return response, nil
}

// recover answers for a panic outside of any field; those within become errors of their fields.
func (a *answer) recover() {
	cause := recover()
	switch {
	case cause == nil:
	case cause == any(http.ErrAbortHandler) || a.isWritten:
		panic(cause)
	default:
		if a.OnPanic != nil {
			a.OnPanic()
		}
		a.refuse(panicked(cause))
	}
}

// prepare reads the document, coerces the variables and charges the cost.
func (a *answer) prepare(params *graphql.RawParams) (*graphql.OperationContext, *refusal) {
	doc, refused := a.document(params)
	if refused != nil {
		return nil, refused
	}
	if refused := a.choose(doc, params); refused != nil {
		return nil, refused
	}
	operation, err := a.engine.Ready(Asked{doc, a.operation, params})
	if err != nil {
		return nil, refuseAll(document.Bounded(gqlerror.List{err}))
	}
	return operation, a.admit(operation)
}

func (a *answer) document(params *graphql.RawParams) (*ast.QueryDocument, *refusal) {
	if refused := a.persisted.resolve(params); refused != nil {
		return nil, refused
	}
	doc, errs := a.reader.Read(params.Query)
	if errs != nil {
		return nil, refuseAll(errs)
	}
	a.persisted.keep(params)
	return doc, nil
}

// choose finds the operation that is asked for, and checks that it may be sent in this way and with these variables.
func (a *answer) choose(doc *ast.QueryDocument, params *graphql.RawParams) *refusal {
	operation, err := document.Operation(doc, params.OperationName)
	if err != nil {
		return refuseAll(gqlerror.List{err})
	}
	a.operation = operation
	if a.r.Method != http.MethodPost && operation.Operation != ast.Query {
		return notAllowed("GET is for queries; send this with POST", http.MethodPost)
	}
	if err := a.reader.CheckVariables(operation, params.Variables); err != nil {
		return refuseAll(gqlerror.List{err})
	}
	return nil
}

func (a *answer) admit(operation *graphql.OperationContext) *refusal {
	cost, err := a.reader.CheckCost(operation.Operation, operation.Variables)
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
	var wait time.Duration
	if a.taken, a.left, wait = a.Budget.Take(a.r, a.cost.Points); wait > 0 {
		return refuseUntil(wait)
	}
	return nil
}

// settle gives back what was taken beyond the points that were used; doing so again changes nothing.
func (a *answer) settle(used int) {
	if unused := a.taken - used; unused > 0 {
		a.left = a.Budget.Return(a.r, unused)
	}
	a.taken = 0
}
