package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/graph/transport"
	"atelier/store"
)

// heaviest are operations about as expensive as is accepted: the most objects, the most values, the most text.
func heaviest() map[string]string {
	const task = "id service status providerStatus prompt progress imageUrl cloudImageUrl cost failReason submittedAt startedAt finishedAt updatedAt "
	var prompts strings.Builder
	for i := range 2 {
		fmt.Fprintf(&prompts, "a%d:prompt ", i)
	}
	return map[string]string{
		"tasks":    "{users(first:100){nodes{tasks(first:97){nodes{" + task + "}}}}}",
		"prompts":  "{users(first:100){nodes{tasks(first:97){nodes{" + prompts.String() + "}}}}}",
		"messages": "{users(first:10){nodes{chats(first:10){nodes{messages(first:90){nodes{id role content createdAt updatedAt}}}}}}}",
	}
}

const (
	clients = 16
	// maxMemory is what the process may hold, the tests' own share included.
	maxMemory = 512 << 20
)

// TestMemoryOfTheHeaviest has 16 clients ask for the heaviest operations at once. With -v it prints what each takes.
func TestMemoryOfTheHeaviest(t *testing.T) {
	if underRace {
		t.Skip("the race detector's own memory would be measured")
	}
	s := newServed(t, transport.Settings{Deadline: 5 * time.Minute}, io.Discard)
	for name, query := range heaviest() {
		text := body(t, query, nil)
		if got := post(t, s, text); got.code() != "" || got.Data == nil {
			t.Fatalf("%s is not accepted: %.300s", name, got.body)
		}
		debug.FreeOSMemory()
		watch := newWatch()
		start, answered := time.Now(), crowd(t, s, text)
		peak := watch.stop()
		t.Logf("%-10s %9d bytes each, %3d MiB at most, %v", name, answered/clients, peak>>20, time.Since(start).Round(time.Millisecond))
		if peak > maxMemory {
			t.Errorf("%s: %d MiB", name, peak>>20)
		}
	}
}

// longest are operations that read long texts, of 32 kB: as many as an operation may read, and more than that.
func longest() (within, beyond string) {
	return messages(1, (store.DefaultAllowance-1<<20)/10/33_000, "content"), messages(10, 90, "content")
}

// messages asks for what stands in so many messages of each of ten chats of so many users.
func messages(users, each int, contents string) string {
	return fmt.Sprintf("{users(first:%d){nodes{chats(first:10){nodes{messages(first:%d){nodes{id %s}}}}}}}", users, each, contents)
}

// TestMemoryOfLongTexts has 16 clients ask for long texts at once: what an operation reads is bounded in bytes, however few the
// objects that hold them.
func TestMemoryOfLongTexts(t *testing.T) {
	if underRace {
		t.Skip("the race detector's own memory would be measured")
	}
	s := newServedOver(t, "long", transport.Settings{Deadline: 5 * time.Minute}, io.Discard)
	within, beyond := longest()
	for name, query := range map[string]string{"within": within, "beyond": beyond} {
		text := body(t, query, nil)
		if got, refused := post(t, s, text), name == "beyond"; (got.code() == "TOO_LARGE") != refused || len(got.Errors) > 0 && !refused {
			t.Fatalf("%s: %.300s", name, got.body)
		}
		debug.FreeOSMemory()
		watch := newWatch()
		start, answered := time.Now(), crowd(t, s, text)
		peak := watch.stop()
		t.Logf("%-10s %9d bytes each, %3d MiB at most, %v", name, answered/clients, peak>>20, time.Since(start).Round(time.Millisecond))
		if peak > maxMemory {
			t.Errorf("%s: %d MiB", name, peak>>20)
		}
	}
}

// TestMemoryOfRepeatedTexts has 16 clients ask for long texts under many names, so that the answer is many times what is read: by
// our executor and, since a field of introspection leaves it to that one, by the generated one.
func TestMemoryOfRepeatedTexts(t *testing.T) {
	if underRace {
		t.Skip("the race detector's own memory would be measured")
	}
	s := newServedOver(t, "long", transport.Settings{Deadline: 5 * time.Minute}, io.Discard)
	const introspection = "{__schema{description}"
	for _, one := range []struct {
		name, query, code string
	}{
		{"twice", messages(1, 12, names(2)), ""},
		{"30 times", messages(1, 22, names(30)), "ANSWER_TOO_LARGE"},
		{"twice, generated", strings.Replace(messages(1, 12, names(2)), "{", introspection, 1), ""},
		{"30 times, generated", strings.Replace(messages(1, 22, names(30)), "{", introspection, 1), "ANSWER_TOO_LARGE"},
	} {
		text := body(t, one.query, nil)
		if got := post(t, s, text); got.code() != one.code || (got.code() == "") != (string(got.Data) != "null") {
			t.Fatalf("%s: %.300s", one.name, got.body)
		}
		debug.FreeOSMemory()
		watch := newWatch()
		start, answered := time.Now(), crowd(t, s, text)
		peak := watch.stop()
		t.Logf("%-20s %9d bytes each, %3d MiB at most, %v", one.name, answered/clients, peak>>20, time.Since(start).Round(time.Millisecond))
		if peak > maxMemory {
			t.Errorf("%s: %d MiB", one.name, peak>>20)
		}
	}
}

// names asks for content under so many names.
func names(n int) string {
	var contents strings.Builder
	for i := range n {
		fmt.Fprintf(&contents, "c%d:content ", i)
	}
	return contents.String()
}

// crowd sends a request from each client at once, and returns how many bytes came back.
func crowd(t *testing.T, handler http.Handler, text string) int {
	var all sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for range clients {
		all.Go(func() {
			sink := &sink{header: http.Header{}}
			handler.ServeHTTP(sink, newPost(t.Context(), text))
			mu.Lock()
			defer mu.Unlock()
			total += sink.bytes
			if sink.status != http.StatusOK {
				t.Errorf("status %d", sink.status)
			}
		})
	}
	all.Wait()
	return total
}

// sink counts an answer, as a socket would take it: it keeps nothing.
type sink struct {
	header        http.Header
	status, bytes int
}

func (s *sink) Header() http.Header    { return s.header }
func (s *sink) WriteHeader(status int) { s.status = status }
func (s *sink) Write(part []byte) (int, error) {
	s.bytes += len(part)
	return len(part), nil
}

// watch finds the most memory that the runtime holds, every few milliseconds.
type watch struct {
	done chan struct{}
	peak chan uint64
}

func newWatch() watch {
	w := watch{make(chan struct{}), make(chan uint64)}
	go func() {
		var peak uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-w.done:
				w.peak <- peak
				return
			case <-tick.C:
				var stats runtime.MemStats
				runtime.ReadMemStats(&stats)
				peak = max(peak, stats.Sys-stats.HeapReleased)
			}
		}
	}()
	return w
}

func (w watch) stop() uint64 {
	close(w.done)
	return <-w.peak
}
