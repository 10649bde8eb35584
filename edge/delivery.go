package edge

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// Delivery gives each client a time to take its answer in, which starts with the answer, and bounds the bytes of the answers
// that are on their way.
type Delivery struct {
	Within time.Duration
	// Overloaded answers in the place of a large answer, where too many are on their way already.
	Overloaded http.Handler
}

// Middleware returns what hands answers out. Their lengths are those of Content-Length.
func (d Delivery) Middleware() Middleware {
	held := &hold{room: heldAnswers, small: smallAnswer, leisure: leisure}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p := &parcel{ResponseWriter: w, by: d, request: r, held: held, give: func() {}}
			defer func() { p.give() }()
			next.ServeHTTP(p, r)
		})
	}
}

// parcel is an answer that is handed out.
type parcel struct {
	http.ResponseWriter

	by      Delivery
	request *http.Request
	held    *hold
	give    func()
	isBegun bool
	isLost  bool // There was no room for it: the client has another answer.
}

var errLost = errors.New("there was no room for this answer")

// WriteHeader begins the answer.
func (p *parcel) WriteHeader(status int) {
	if status < http.StatusOK {
		p.ResponseWriter.WriteHeader(status)
		return
	}
	if p.begin(); !p.isLost {
		p.ResponseWriter.WriteHeader(status)
	}
}

// Write writes a part of the answer.
func (p *parcel) Write(part []byte) (int, error) {
	if p.begin(); p.isLost {
		return 0, errLost
	}
	return p.ResponseWriter.Write(part)
}

// Unwrap is for http.ResponseController.
func (p *parcel) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// begin sets the time for the whole answer. It stays with the connection until the next request, since compression and
// net/http write the last of it when all handlers have returned.
func (p *parcel) begin() {
	if p.isBegun {
		return
	}
	p.isBegun = true
	p.allow(time.Now().Add(p.by.Within))
	length, _ := strconv.ParseInt(p.Header().Get("Content-Length"), 10, 64) // 0 where it is not told.
	if p.held.isSmall(length) {
		return
	}
	give, ok := p.held.take(length, func() { p.allow(longAgo) })
	if !ok {
		p.isLost = true
		p.Header().Del("Content-Length")
		p.by.Overloaded.ServeHTTP(p.ResponseWriter, p.request)
		return
	}
	p.give = give
}

// allow lets the client take the answer in until then.
func (p *parcel) allow(until time.Time) {
	_ = http.NewResponseController(p.ResponseWriter).SetWriteDeadline(until)
}
