package edge_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atelier/edge"
)

// hall is a handler behind an admission, which keeps those who enter until they are let go.
type hall struct {
	http.Handler
	entered chan struct{} // One for each who enters.
	leave   chan struct{} // One lets one go.
	inside  atomic.Int64
	most    atomic.Int64
	refused atomic.Int64
}

func newHall(a edge.Admission) *hall {
	h := &hall{entered: make(chan struct{}, 1000), leave: make(chan struct{})}
	a.Overloaded = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h.refused.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	h.Handler = a.Middleware()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := h.inside.Add(1)
		defer h.inside.Add(-1)
		for most := h.most.Load(); n > most && !h.most.CompareAndSwap(most, n); most = h.most.Load() {
			continue
		}
		h.entered <- struct{}{}
		<-h.leave
	}))
	return h
}

func (h *hall) visit(ctx context.Context) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil))
	return recorder
}

// fill has n enter and stay.
func (h *hall) fill(t *testing.T, visitors *sync.WaitGroup, n int) {
	t.Helper()
	for range n {
		visitors.Go(func() { h.visit(t.Context()) })
	}
	for range n {
		<-h.entered
	}
}

func TestAtMostSoManyAreAtWork(t *testing.T) {
	h := newHall(edge.Admission{AtWork: 4, Waiting: 100, MaxWait: time.Minute})
	var visitors sync.WaitGroup
	for range 50 {
		visitors.Go(func() {
			if code := h.visit(t.Context()).Code; code != http.StatusOK {
				t.Errorf("status %d", code)
			}
		})
	}
	for range 4 {
		<-h.entered
	}
	for range 50 - 4 { // For each who leaves, one who waits may enter.
		h.leave <- struct{}{}
		<-h.entered
	}
	for range 4 {
		h.leave <- struct{}{}
	}
	visitors.Wait()
	if h.most.Load() != 4 || h.refused.Load() != 0 {
		t.Errorf("%d at once, %d refused", h.most.Load(), h.refused.Load())
	}
}

// TestBeyondTheQueueIsRefusedAtOnce: those who find the queue full need not wait to be told.
func TestBeyondTheQueueIsRefusedAtOnce(t *testing.T) {
	h := newHall(edge.Admission{AtWork: 2, Waiting: 0, MaxWait: time.Minute})
	var visitors sync.WaitGroup
	h.fill(t, &visitors, 2)
	start := time.Now()
	const late = 100
	for range late {
		if got := h.visit(t.Context()); got.Code != http.StatusServiceUnavailable {
			t.Fatalf("status %d", got.Code)
		}
	}
	if each := time.Since(start) / late; each > 50*time.Millisecond {
		t.Errorf("%v each", each)
	}
	if h.refused.Load() != late {
		t.Errorf("told of %d refusals", h.refused.Load())
	}
	close(h.leave)
	visitors.Wait()
}

func TestTheQueueIsBounded(t *testing.T) {
	h := newHall(edge.Admission{AtWork: 1, Waiting: 3, MaxWait: time.Minute})
	var visitors sync.WaitGroup
	h.fill(t, &visitors, 1)
	codes := make(chan int, 10)
	for range 10 {
		visitors.Go(func() { codes <- h.visit(t.Context()).Code })
	}
	for range 7 {
		if code := <-codes; code != http.StatusServiceUnavailable {
			t.Errorf("status %d", code)
		}
	}
	close(h.leave)
	visitors.Wait()
	for range 3 {
		if code := <-codes; code != http.StatusOK {
			t.Errorf("status %d for one who waited", code)
		}
	}
}

func TestPatienceEnds(t *testing.T) {
	h := newHall(edge.Admission{AtWork: 1, Waiting: 3, MaxWait: 20 * time.Millisecond})
	var visitors sync.WaitGroup
	h.fill(t, &visitors, 1)
	if got := h.visit(t.Context()); got.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", got.Code)
	}
	close(h.leave)
	visitors.Wait()
}

// TestLeavingTheQueue gives the place in it to another; who has left is not refused, and nothing of theirs stays.
func TestLeavingTheQueue(t *testing.T) {
	const patience = 50 * time.Millisecond
	calm := runtime.NumGoroutine()
	h := newHall(edge.Admission{AtWork: 1, Waiting: 1, MaxWait: patience})
	var visitors sync.WaitGroup
	h.fill(t, &visitors, 1)
	for range 20 {
		ctx, leave := context.WithCancel(t.Context())
		leave()
		h.visit(ctx)
	}
	if h.refused.Load() != 0 {
		t.Errorf("%d were refused", h.refused.Load())
	}
	start := time.Now()
	if h.visit(t.Context()); time.Since(start) < patience { // Refused at once: there was no place to wait at.
		t.Error("the places in the queue are lost")
	}
	close(h.leave)
	visitors.Wait()
	for start := time.Now(); runtime.NumGoroutine() > calm; runtime.Gosched() {
		if time.Since(start) > 10*time.Second {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), calm)
		}
	}
}

// TestAPanicGivesThePlaceBack for the next.
func TestAPanicGivesThePlaceBack(t *testing.T) {
	handler := edge.Admission{AtWork: 1, MaxWait: time.Millisecond, Overloaded: http.NotFoundHandler()}.Middleware()(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	for range 3 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the place is lost")
				}
			}()
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		}()
	}
}

// TestThePlaceIsLeftWhenTheAnswerBegins: another enters while the first one's client takes its answer in.
func TestThePlaceIsLeftWhenTheAnswerBegins(t *testing.T) {
	for name, begin := range map[string]func(http.ResponseWriter){
		"a status": func(w http.ResponseWriter) { w.WriteHeader(http.StatusTeapot) },
		"a body":   func(w http.ResponseWriter) { _, _ = w.Write([]byte("x")) },
	} {
		begun, end := make(chan struct{}), make(chan struct{})
		handler := edge.Admission{AtWork: 1, MaxWait: time.Millisecond, Overloaded: http.NotFoundHandler()}.Middleware()(
			http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					begin(w)
					close(begun)
					<-end
				}
			}))
		var first sync.WaitGroup
		first.Go(func() {
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
		})
		<-begun
		second := httptest.NewRecorder()
		handler.ServeHTTP(second, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if second.Code != http.StatusOK {
			t.Errorf("%s: the second got %d", name, second.Code)
		}
		close(end)
		first.Wait()
	}
}

// TestInformationIsNoAnswer: who has sent early hints is at work still.
func TestInformationIsNoAnswer(t *testing.T) {
	var handler http.Handler
	handler = edge.Admission{AtWork: 1, MaxWait: time.Millisecond, Overloaded: http.NotFoundHandler()}.Middleware()(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			second := httptest.NewRecorder()
			if handler.ServeHTTP(second, r); second.Code != http.StatusNotFound {
				t.Errorf("the second got %d", second.Code)
			}
		}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
}

func TestTheDefaultsAdmit64Clients(t *testing.T) {
	a := edge.DefaultAdmission()
	if cores := runtime.GOMAXPROCS(0); a.AtWork+a.Waiting < 32*cores || a.MaxWait > 5*time.Second {
		t.Errorf("%+v", a)
	}
}
