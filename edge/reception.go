package edge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// Reception takes in the whole of a request before the request goes on: no place is held while a client is slow to send.
type Reception struct {
	MaxBody int64         // Bytes. A larger body goes on as far as it was read, to be refused: one byte more than that at most.
	Within  time.Duration // For a whole body.
	TooSlow http.Handler  // Answers a client that takes longer, or too long while others need the room.
	// Overloaded answers where too many large bodies are on their way already.
	Overloaded http.Handler
}

// Middleware returns what takes requests in.
func (c Reception) Middleware() Middleware {
	held := &hold{room: max(heldBodies, 2*c.MaxBody), small: smallBody, leisure: leisure}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := c.receive(http.NewResponseController(w), r, held)
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
				w.Header().Set("Connection", "close")
				c.TooSlow.ServeHTTP(w, r)
			case errors.Is(r.Context().Err(), context.Canceled): // The client has left.
			case errors.Is(err, errNoRoom):
				w.Header().Set("Connection", "close")
				c.Overloaded.ServeHTTP(w, r)
			default:
				next.ServeHTTP(w, withBody(r, body, err))
			}
		})
	}
}

var errNoRoom = errors.New("there is no room for this body")

// receive reads a body, until it is more than MaxBody. Once it is whole nothing bounds the reading any more: net/http waits
// for the client's leaving by reading, and what is left of the time would bound the operation.
func (c Reception) receive(control *http.ResponseController, r *http.Request, held *hold) ([]byte, error) {
	_ = control.SetReadDeadline(time.Now().Add(c.Within))
	if r.ContentLength > c.MaxBody { // It goes on without a byte; net/http reads some of the rest, to find the next request.
		return nil, nil
	}
	var body bytes.Buffer
	isWhole, err := readOn(&body, r.Body, min(smallBody, c.MaxBody+1))
	if !isWhole && err == nil && int64(body.Len()) <= c.MaxBody {
		isWhole, err = c.receiveLarge(control, r, &body, held)
	}
	if isWhole {
		_ = control.SetReadDeadline(time.Time{})
	}
	return body.Bytes(), err
}

func (c Reception) receiveLarge(control *http.ResponseController, r *http.Request, body *bytes.Buffer, held *hold) (isWhole bool, err error) {
	size := r.ContentLength
	if size < 0 { // Nobody knows.
		size = c.MaxBody
	}
	give, ok := held.take(size, func() { _ = control.SetReadDeadline(longAgo) })
	if !ok {
		return false, errNoRoom
	}
	defer give()
	return readOn(body, r.Body, c.MaxBody+1-int64(body.Len()))
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// readOn reads so many bytes more, or fewer if that is the whole. The memory grows with what comes, not with what is promised.
func readOn(body *bytes.Buffer, from io.Reader, bytes int64) (isWhole bool, err error) {
	_, err = io.CopyN(body, from, bytes)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// withBody is the request with a body that was read, as far as it could be, and with what ended the reading.
func withBody(r *http.Request, body []byte, err error) *http.Request {
	received := r.WithContext(r.Context())
	var rest io.Reader = bytes.NewReader(body)
	if err != nil {
		rest = io.MultiReader(rest, failing{err})
	}
	received.Body = io.NopCloser(rest)
	return received
}

// failing is a body whose reading fails.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
