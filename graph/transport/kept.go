package transport

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"atelier/auth"
	"atelier/cache/answers"
	"atelier/graph/document"
)

// Answers are kept below the digest of what is asked. So that asking again takes no reading of the request, what was read of its bytes
// is remembered by a digest of them: which operation it asks for, and what that costs.

// knownBytes bounds what is remembered of requests, and knownSize is what one of them takes.
const (
	knownBytes = 4 << 20
	knownSize  = 192
)

// knownRequest is a query that was read before, was within limits, and asked for nothing besides its answer.
type knownRequest struct {
	operation *ast.OperationDefinition // Its name and kind alone.
	cost      document.Cost
	digest    [sha256.Size]byte // Of the document, the operation's name and the variables.
}

// asksOnce reports whether the request asks for more than the answer: what it took, which is true of this once.
func (a *answer) asksOnce() bool { return a.r.Header.Get(HeaderCost) != "" }

// recall answers from memory, if the same request was answered before and nothing of that has changed. Rights are asked as ever,
// since an answer is kept by who asked, and the points are charged.
func (a *answer) recall(text []byte) (answered bool, refused *refusal) {
	if a.Answers.IsOff() {
		return false, nil
	}
	a.asked = digestOf([]byte{a.r.Method[0]}, text)
	known, ok := a.known.Get(string(a.asked[:]))
	if !ok || a.asksOnce() {
		return false, nil
	}
	kept := a.find(known.digest)
	if kept == nil {
		return false, nil
	}
	a.operation, a.cost = known.operation, known.cost
	if refused := a.charge(); refused != nil {
		return true, refused
	}
	a.repeat(kept)
	return true, nil
}

// repeatable prepares for the answer to be kept, if it is one to a query: it finds the answer that is kept of another request for the
// same, or begins the record of what the answer will be made of.
func (a *answer) repeatable(ctx context.Context, params *graphql.RawParams) (*answers.Answer, context.Context) {
	switch {
	case a.operation.Operation != ast.Query:
		a.why = answers.Mutation
		return nil, ctx
	case a.asksOnce():
		a.why = answers.Told
		return nil, ctx
	case a.Answers.IsOff() && !a.isRead():
		a.why = answers.Off
		return nil, ctx
	}
	digest := digestOf([]byte(params.Query), []byte(params.OperationName), marshal(params.Variables))
	name := &ast.OperationDefinition{Name: a.operation.Name, Operation: a.operation.Operation}
	a.known.Add(string(a.asked[:]), &knownRequest{name, a.cost, digest}, knownSize+len(name.Name))
	if kept := a.find(digest); kept != nil {
		return kept, ctx
	}
	if a.record = answers.From(ctx); a.record == nil { // Or else somebody records already.
		a.record = a.Answers.Start()
	}
	return nil, answers.With(ctx, a.record)
}

// find returns what is kept of an answer to the viewer, or nil.
func (a *answer) find(digest [sha256.Size]byte) *answers.Answer {
	viewer := auth.ViewerFrom(a.r.Context())
	a.key = answers.Key{Operation: digest, Viewer: viewer.ID, Role: viewer.Role}
	kept, why := a.Answers.Get(a.key)
	a.why = why
	return kept
}

// repeat answers with what is kept. Of the points, one is not given back: asking again is cheap, not free.
func (a *answer) repeat(kept *answers.Answer) {
	a.settle(1)
	a.ran, a.isKept = true, true
	a.writeWhole(kept)
	a.observe(nil)
}

// keep keeps a response, if it may be kept, and returns it as an answer; nil where it may be shown once alone.
func (a *answer) keep(response *graphql.Response) *answers.Answer {
	if a.record == nil {
		return nil
	}
	switch {
	case len(response.Errors) > 0:
		a.record.Refuse(answers.Failed)
	case len(response.Extensions) > 0:
		a.record.Refuse(answers.Told)
	case a.Answers.IsTooLarge(len(response.Data)): // It is not copied, either.
		a.record.Refuse(answers.TooLarge)
	case a.done().Statements > 0 && len(a.record.Sources()) == 0:
		a.record.Refuse(answers.Unrecorded)
	}
	if a.why = a.record.Refused(); a.why != answers.Kept {
		return nil
	}
	body := bytes.Join(encode(response), nil)
	kept, why := a.Answers.Keep(a.key, a.record, &answers.Answer{Body: body, Made: a.start, Pack: a.Pack})
	a.why = why
	return kept
}

// digestOf is a digest of texts, in which where one ends and the next begins makes a difference.
func digestOf(texts ...[]byte) (digest [sha256.Size]byte) {
	h := sha256.New()
	var length [8]byte
	for _, text := range texts {
		binary.BigEndian.PutUint64(length[:], uint64(len(text)))
		h.Write(length[:])
		h.Write(text)
	}
	h.Sum(digest[:0])
	return digest
}

// HeaderCache asks, for admins, for extensions.cache in the answer, with any value.
const HeaderCache = "X-Atelier-Cache"

// cacheExtension is extensions.cache: where the answer comes from, and what will be of it.
type cacheExtension struct {
	Answer answerSource `json:"answer"`
	// Values is, for each entry of the cache, in which tier how many values were found (hit) or not, or were not looked for (bypass).
	Values map[string]map[string]int `json:"values,omitempty"`
}

type answerSource struct {
	// From is memory, or database.
	From string `json:"from"`
	// AgeMs is for how long the answer has been kept.
	AgeMs *float64 `json:"ageMs,omitempty"`
	// NotKept is why it was not kept, or not found.
	NotKept answers.Reason `json:"notKept,omitempty"`
	// MaxAge is for how many seconds those outside may show it without asking again.
	MaxAge int `json:"maxAge"`
	// Sources is the number of things that it is made of.
	Sources int `json:"sources,omitempty"`
}

func (a *answer) tellsOfCache() bool {
	return a.r.Header.Get(HeaderCache) != "" && auth.ViewerFrom(a.r.Context()).IsAdmin()
}

// withCache is a body with extensions.cache; the body has no extensions.
func (a *answer) withCache(kept *answers.Answer) []byte {
	source := answerSource{From: "database", NotKept: a.why, MaxAge: int(kept.Outside.Seconds()), Sources: kept.Sources()}
	if a.isKept {
		age := milliseconds(time.Since(kept.Made))
		source.From, source.AgeMs = "memory", &age
	}
	told := append([]byte(`,"extensions":{"cache":`), marshal(cacheExtension{source, a.trace.Values()})...)
	return append(append(bytes.Clone(kept.Body[:len(kept.Body)-1]), told...), "}}"...)
}

// addCache tells of an answer that is not kept.
func (a *answer) addCache(response *graphql.Response) {
	if !a.tellsOfCache() {
		return
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["cache"] = cacheExtension{answerSource{From: "database", NotKept: a.why}, a.trace.Values()}
}
