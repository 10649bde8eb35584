package transport_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// spent is what the server spent on a request.
type spent struct {
	cpu                 time.Duration
	allocated, allocs   uint64
	requested, answered int // Bytes.
}

func (s spent) String() string {
	return fmt.Sprintf("%7.2f ms of CPU, %9d bytes in %7d allocations, request of %8d bytes, answer of %5d", float64(s.cpu.Microseconds())/1000,
		s.allocated, s.allocs, s.requested, s.answered)
}

// or is the most of each.
func (s spent) or(o spent) spent {
	return spent{max(s.cpu, o.cpu), max(s.allocated, o.allocated), max(s.allocs, o.allocs), max(s.requested, o.requested), max(s.answered, o.answered)}
}

// measure is what a request takes on average over some runs: as many as fit in a fifth of a second.
func measure(t testing.TB, handler http.Handler, h hostile, body []byte) spent {
	runtime.GC()
	var before, after runtime.MemStats
	var answered int
	runtime.ReadMemStats(&before)
	start, cpu, runs := time.Now(), cpuTime(t), 0
	for ; runs == 0 || runs < 20 && time.Since(start) < 200*time.Millisecond; runs++ {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, h.request(t, body))
		answered = recorder.Body.Len()
	}
	cpu = cpuTime(t) - cpu
	runtime.ReadMemStats(&after)
	n := uint64(runs)
	return spent{cpu / time.Duration(runs), (after.TotalAlloc - before.TotalAlloc) / n, (after.Mallocs - before.Mallocs) / n, len(body), answered}
}

// cpuTime is what the process has used of all cores, the collector included.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
