package edge_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"atelier/edge"
)

// answers is a handler that answers with a status.
func answers(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

func newReception(maxBody int64, within time.Duration) edge.Reception {
	return edge.Reception{MaxBody: maxBody, Within: within, TooSlow: answers(http.StatusRequestTimeout), Overloaded: answers(http.StatusServiceUnavailable)}
}

// TestBodiesComeWhole, whether their length is told or not; of those that are too large comes enough to tell.
func TestBodiesComeWhole(t *testing.T) {
	for _, size := range []int{0, 1, 16 << 10, 16<<10 + 1, 100_000, 100_001, 300_000} {
		sent := bytes.Repeat([]byte{'x'}, size)
		var got []byte
		handler := newReception(100_000, time.Minute).Middleware()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got, _ = io.ReadAll(r.Body)
		}))
		want := sent[:min(size, 100_001)]
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(sent))
		r.ContentLength = -1
		if handler.ServeHTTP(httptest.NewRecorder(), r); !bytes.Equal(got, want) {
			t.Errorf("of %d bytes in chunks came %d", size, len(got))
		}
		if size > 100_000 { // The length tells: nothing is read.
			want = nil
		}
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(sent)))
		if !bytes.Equal(got, want) {
			t.Errorf("of %d bytes came %d", size, len(got))
		}
	}
}

// TestABrokenBodyGoesOnAsItIs: whoever reads it meets what broke it.
func TestABrokenBodyGoesOnAsItIs(t *testing.T) {
	broken := errors.New("broken")
	handler := newReception(1000, time.Minute).Middleware()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if got, err := io.ReadAll(r.Body); string(got) != "half" || !errors.Is(err, broken) {
			t.Errorf("%s, %v", got, err)
		}
	}))
	body := io.MultiReader(strings.NewReader("half"), failingBody{broken})
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body))
}

type failingBody struct{ err error }

func (f failingBody) Read([]byte) (int, error) { return 0, f.err }

// listening serves a handler until the test has ended.
func listening(t *testing.T, handler http.Handler) (address string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// send opens a connection and sends the beginning of a request, or all of it.
func send(t *testing.T, address, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestASlowBodyIsRefused, and the connection ends with that.
func TestASlowBodyIsRefused(t *testing.T) {
	address := listening(t, newReception(1000, 20*time.Millisecond).Middleware()(answers(http.StatusOK)))
	for _, begun := range []string{"Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"} {
		answer, err := io.ReadAll(send(t, address, "POST / HTTP/1.1\r\nHost: a\r\n"+begun))
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
			t.Errorf("%q: %s %v", begun, answer, err)
		}
	}
}

// TestTheTimeOfTheBodyEndsWithIt: what follows may take longer, and finds out when the client leaves.
func TestTheTimeOfTheBodyEndsWithIt(t *testing.T) {
	const within = 50 * time.Millisecond
	left := make(chan struct{}, 1)
	address := listening(t, newReception(1000, within).Middleware()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			t.Errorf("%v", r.Context().Err())
		case <-time.After(4 * within):
		}
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		left <- struct{}{}
	})))
	for _, request := range []string{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"} {
		conn := send(t, address, request)
		if _, err := conn.Read(make([]byte, 12)); err != nil {
			t.Error(err)
		}
		_ = conn.Close()
		<-left
	}
}

// TestABodyThatIsNotReadDoesNotHoldTheServer: net/http reads what is left of it, which must end.
func TestABodyThatIsNotReadDoesNotHoldTheServer(t *testing.T) {
	handler := newReception(1000, 20*time.Millisecond).Middleware()(answers(http.StatusRequestEntityTooLarge))
	chunked := "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + strings.Repeat("x", 1001) + "\r\n"
	for _, begun := range []string{"Content-Length: 5000\r\n\r\nhalf", chunked} {
		answer, err := io.ReadAll(send(t, listening(t, handler), "POST / HTTP/1.1\r\nHost: a\r\n"+begun))
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 413 ") {
			t.Errorf("%.40q: %s %v", begun, answer, err)
		}
	}
}

// TestWhoLeavesAmidABodyIsNotAnswered by anyone.
func TestWhoLeavesAmidABodyIsNotAnswered(t *testing.T) {
	done := make(chan int, 1)
	reception := newReception(1000, time.Minute).Middleware()(answers(http.StatusTeapot))
	address := listening(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		recorder.Code = 0
		reception.ServeHTTP(recorder, r)
		done <- recorder.Code
	}))
	_ = send(t, address, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf").Close()
	if status := <-done; status != 0 {
		t.Errorf("status %d", status)
	}
}
