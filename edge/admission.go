package edge

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

// Admission bounds what is at work at once. Requests beyond AtWork wait, Waiting of them at most and each no longer than
// MaxWait; the rest is refused at once, so that a crowd costs the server little and finds out soon.
//
// A place is held from then on until the answer begins: taking it in is the client's work, and may be slow.
type Admission struct {
	AtWork  int
	Waiting int
	MaxWait time.Duration
	// Overloaded answers a request that is not admitted.
	Overloaded http.Handler
}

// DefaultAdmission admits 64 busy clients on two cores.
func DefaultAdmission() Admission {
	cores := runtime.GOMAXPROCS(0)
	return Admission{AtWork: 16 * cores, Waiting: 32 * cores, MaxWait: 2 * time.Second}
}

// Middleware returns what admits requests.
func (a Admission) Middleware() Middleware {
	places := make(chan struct{}, a.AtWork)
	var waiting atomic.Int64
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case a.enter(r, places, &waiting):
				at := &place{ResponseWriter: w, taken: places}
				defer at.leave()
				next.ServeHTTP(at, r)
			case !errors.Is(r.Context().Err(), context.Canceled): // Or else the client has left the queue.
				a.Overloaded.ServeHTTP(w, r)
			}
		})
	}
}

// enter takes a place, or says that there is none to be had, or that the client has left.
func (a Admission) enter(r *http.Request, places chan struct{}, waiting *atomic.Int64) bool {
	select {
	case places <- struct{}{}:
		return true
	default:
	}
	if waiting.Add(1) > int64(a.Waiting) {
		waiting.Add(-1)
		return false
	}
	defer waiting.Add(-1)
	patience := time.NewTimer(a.MaxWait)
	defer patience.Stop()
	select {
	case places <- struct{}{}:
		return true
	case <-patience.C:
	case <-r.Context().Done():
	}
	return false
}

// place is a place at work. It is left when the answer begins.
type place struct {
	http.ResponseWriter

	taken chan struct{} // Nil once it is left.
}

// leave leaves the place, once.
func (p *place) leave() {
	if p.taken != nil {
		<-p.taken
		p.taken = nil
	}
}

// WriteHeader begins the answer; informational ones are not the last.
func (p *place) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		p.leave()
	}
	p.ResponseWriter.WriteHeader(status)
}

// Write begins the answer if nothing has.
func (p *place) Write(part []byte) (int, error) {
	p.leave()
	return p.ResponseWriter.Write(part)
}

// Unwrap is for http.ResponseController.
func (p *place) Unwrap() http.ResponseWriter { return p.ResponseWriter }
