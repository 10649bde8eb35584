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
			body := &received{}
			err := c.receive(w, r, &body.unread, held)
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
				w.Header().Set("Connection", "close")
				c.TooSlow.ServeHTTP(w, r)
			case errors.Is(r.Context().Err(), context.Canceled): // The client has left.
			case errors.Is(err, errNoRoom):
				w.Header().Set("Connection", "close")
				c.Overloaded.ServeHTTP(w, r)
			default:
				body.err = err
				next.ServeHTTP(w, withBody(r, body))
			}
		})
	}
}

var errNoRoom = errors.New("there is no room for this body")

// receive reads a body, until it is more than MaxBody. Once it is whole nothing bounds the reading any more: net/http waits
// for the client's leaving by reading, and what is left of the time would bound the operation.
func (c Reception) receive(w http.ResponseWriter, r *http.Request, body *bytes.Buffer, held *hold) error {
	if r.Body == http.NoBody {
		allowReading(w, time.Time{})
		return nil
	}
	allowReading(w, time.Now().Add(c.Within))
	if r.ContentLength > c.MaxBody { // It goes on without a byte; net/http reads some of the rest, to find the next request.
		return nil
	}
	if 0 < r.ContentLength && r.ContentLength <= smallBody {
		body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	isWhole, err := readOn(body, r.Body, min(smallBody, c.MaxBody+1))
	if !isWhole && err == nil && int64(body.Len()) <= c.MaxBody {
		isWhole, err = c.receiveLarge(w, r, body, held)
	}
	if isWhole {
		allowReading(w, time.Time{})
	}
	return err
}

func (c Reception) receiveLarge(w http.ResponseWriter, r *http.Request, body *bytes.Buffer, held *hold) (isWhole bool, err error) {
	size := r.ContentLength
	if size < 0 { // Nobody knows.
		size = c.MaxBody
	}
	give, ok := held.take(size, func() { allowReading(w, longAgo) })
	if !ok {
		return false, errNoRoom
	}
	defer give()
	return readOn(body, r.Body, c.MaxBody+1-int64(body.Len()))
}

// allowReading lets the client send until then; zero is for ever.
func allowReading(w http.ResponseWriter, until time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(until)
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// readOn reads so many bytes more, or fewer if that is the whole. Where they are many, the memory grows with what comes, not with what
// is promised.
func readOn(body *bytes.Buffer, from io.Reader, bytes int64) (isWhole bool, err error) {
	_, err = io.CopyN(body, from, bytes)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// withBody is the request with a body that was read.
func withBody(r *http.Request, body *received) *http.Request {
	read := r.WithContext(r.Context())
	read.Body = body
	return read
}

// received is a body that was read, as far as it could be.
type received struct {
	unread bytes.Buffer
	err    error // What ended the reading before its time.
}

// Read implements io.Reader.
func (b *received) Read(into []byte) (int, error) {
	if b.unread.Len() == 0 && b.err != nil {
		return 0, b.err
	}
	return b.unread.Read(into)
}

// Close implements io.Closer.
func (*received) Close() error { return nil }

// Received returns what is there to be read, unless the reading failed: whoever wants the whole of it need not read.
func (b *received) Received() (body []byte, ok bool) { return b.unread.Bytes(), b.err == nil }
