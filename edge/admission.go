package edge

import (
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

// Admission bounds what is at work at once. Requests beyond AtWork wait, Waiting of them at most and each no longer than
// MaxWait; the rest is refused at once, so that a crowd costs the server little and finds out soon.
type Admission struct {
	AtWork  int
	Waiting int
	MaxWait time.Duration
	// Refuse answers a request that is not admitted.
	Refuse http.Handler
	// OnRefusal is told of each. May be nil.
	OnRefusal func()
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
				defer func() { <-places }()
				next.ServeHTTP(w, r)
			case r.Context().Err() == nil: // Or else the client has left the queue.
				a.refuse(w, r)
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

func (a Admission) refuse(w http.ResponseWriter, r *http.Request) {
	if a.OnRefusal != nil {
		a.OnRefusal()
	}
	w.Header().Set("Retry-After", "1")
	a.Refuse.ServeHTTP(w, r)
}
