package edge_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"atelier/edge"
)

// largeAnswer is more than sockets keep for a client that does not read.
const largeAnswer = 16 << 20

// large answers with many bytes, and tells that the writing begins and how it ended.
func large(begun chan<- struct{}, ended chan<- error) http.Handler {
	body := make([]byte, largeAnswer)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(http.StatusOK)
		begun <- struct{}{}
		_, err := w.Write(body)
		ended <- err
	})
}

// TestASlowReaderIsCutOff when its time is over.
func TestASlowReaderIsCutOff(t *testing.T) {
	begun, ended := make(chan struct{}, 1), make(chan error, 1)
	address := listening(t, edge.Delivery{Within: 50 * time.Millisecond}.Middleware()(large(begun, ended)))
	conn := send(t, address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if err := <-ended; err == nil {
		t.Error("the answer was written to someone who does not read")
	}
	if got, _ := io.Copy(io.Discard, conn); got >= largeAnswer {
		t.Errorf("%d bytes have come", got)
	}
}

// TestTheTimeOfAnAnswerBeginsWithIt, not with its request: an operation may take long.
func TestTheTimeOfAnAnswerBeginsWithIt(t *testing.T) {
	const within = 50 * time.Millisecond
	handler := edge.Delivery{Within: within}.Middleware()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-time.After(4 * within)
		_, _ = io.WriteString(w, "late")
	}))
	server := httptest.NewUnstartedServer(handler)
	server.Config.WriteTimeout = within
	server.Start()
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, err := io.ReadAll(response.Body); string(body) != "late" {
		t.Errorf("%s %v", body, err)
	}
}

// TestTheAnswersOnTheirWayAreBounded: beyond that, another answer comes in the place of a large one; small ones always fit.
func TestTheAnswersOnTheirWayAreBounded(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	handler := edge.Delivery{Within: time.Minute, Overloaded: answers(http.StatusServiceUnavailable)}.Middleware()(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", r.URL.Query().Get("bytes"))
			w.WriteHeader(http.StatusOK)
			_, err := w.Write([]byte("x"))
			if r.Method == http.MethodPost {
				begun <- struct{}{}
				<-end
			}
			if isLost := err != nil; isLost != (r.URL.Query().Get("bytes") == "2000000") {
				t.Errorf("writing ends with %v", err)
			}
		}))
	ask := func(method string, bytes int) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, "/?bytes="+strconv.Itoa(bytes), nil))
		return recorder
	}
	var slow sync.WaitGroup
	for range 4 {
		slow.Go(func() { ask(http.MethodPost, 16<<20) })
		<-begun
	}
	if got := ask(http.MethodGet, 2_000_000); got.Code != http.StatusServiceUnavailable || got.Body.Len() > 0 || got.Header().Get("Content-Length") != "" {
		t.Errorf("a large answer: %d %v %s", got.Code, got.Header(), got.Body)
	}
	if got := ask(http.MethodGet, 1000); got.Code != http.StatusOK || got.Body.String() != "x" {
		t.Errorf("a small answer: %d %s", got.Code, got.Body)
	}
	close(end)
	slow.Wait()
	if got := ask(http.MethodGet, 3_000_000); got.Code != http.StatusOK {
		t.Errorf("a large answer later: %d", got.Code)
	}
}

// TestTheSlowestReaderMakesRoom for others, once it had time enough.
func TestTheSlowestReaderMakesRoom(t *testing.T) {
	begun, slow := make(chan struct{}), make(chan error, 4)
	handler := edge.Delivery{Within: time.Minute, Overloaded: answers(http.StatusServiceUnavailable)}.Middleware()(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				large(make(chan struct{}, 1), make(chan error, 1)).ServeHTTP(w, r)
			} else {
				large(begun, slow).ServeHTTP(w, r)
			}
		}))
	address := listening(t, handler)
	for range cap(slow) { // Together they take all the room there is.
		send(t, address, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
		<-begun
	}
	for start := time.Now(); len(slow) == 0; { // Others are refused at first.
		response, err := http.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if time.Since(start) > 30*time.Second {
			t.Fatal("slow readers keep the room")
		}
	}
	if err := <-slow; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the slow reader's answer ends with %v", err)
	}
}
