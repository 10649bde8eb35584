package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"

	"atelier/config"
	"atelier/store/storetest"
)

// withRoutes starts a server that knows these routes alone.
func withRoutes(t *testing.T, log io.Writer, routes map[string]http.HandlerFunc) *Server {
	t.Helper()
	listener, err := listen(t.Context(), "ADDR", "127.0.0.1:0")
	must(t, err)
	s := serveOn(listener, config.Default(), slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() { must(t, s.Close()) })
	mux := http.NewServeMux()
	s.mountProbes(mux)
	for pattern, handler := range routes {
		mux.HandleFunc(pattern, handler)
	}
	s.handler.Store(mux)
	return s
}

// fetch asks over the default client's connections and tells whether one was used again.
func fetch(t *testing.T, url string) (status int, body string, reused bool, err error) {
	t.Helper()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused }})
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	must(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", reused, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), reused, err
}

func TestAPanicIsAnAnswer(t *testing.T) {
	t.Parallel()
	var log buffer
	s := withRoutes(t, &log, map[string]http.HandlerFunc{
		"GET /panic": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			panic("at the disco")
		},
		"GET /fine": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") },
	})
	status, body, _, err := fetch(t, s.URL()+"/panic")
	if err != nil || status != 500 || !strings.Contains(body, `"code":"INTERNAL"`) || strings.Contains(body, "disco") {
		t.Errorf("got %d %s %v", status, body, err)
	}
	if status, body, reused, err := fetch(t, s.URL()+"/fine"); status != 200 || !reused {
		t.Errorf("afterwards: %d %s %v, on the same connection: %v", status, body, err, reused)
	}
	eventually(t, "it is logged and counted", func() bool {
		_, text := get(t, s.URL()+"/metrics")
		return strings.Contains(log.String(), "at the disco") && strings.Contains(log.String(), "observe_test.go") &&
			strings.Contains(text, `http_requests_total{method="GET",endpoint="/panic",status="500"} 1`)
	})
}

func TestAPanicAmidAnAnswerCutsIt(t *testing.T) {
	t.Parallel()
	var log buffer
	s := withRoutes(t, &log, map[string]http.HandlerFunc{"GET /panic": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half of ")
		w.(http.Flusher).Flush()
		panic("at the disco")
	}})
	if status, body, _, err := fetch(t, s.URL()+"/panic"); err == nil {
		t.Errorf("the client takes a part for the whole: %d %s", status, body)
	}
	eventually(t, "it is logged", func() bool { return strings.Contains(log.String(), "at the disco") })
}

func TestAnswersInParts(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	s := withRoutes(t, io.Discard, map[string]http.HandlerFunc{"GET /parts": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-next
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	}})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/parts", nil)
	must(t, err)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	part := make([]byte, 5)
	if _, err := io.ReadFull(response.Body, part); err != nil || string(part) != "first" {
		t.Errorf("got %s %v", part, err)
	}
	close(next)
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	s := withRoutes(t, io.Discard, map[string]http.HandlerFunc{
		"GET /hints": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
		},
		"GET /silent/{id}": func(http.ResponseWriter, *http.Request) {},
	})
	for _, path := range []string{"/hints", "/silent/1", "/silent/2"} {
		_, _, _, err := fetch(t, s.URL()+path)
		must(t, err)
	}
	eventually(t, "the statuses are counted by route", func() bool {
		_, text := get(t, s.URL()+"/metrics")
		return strings.Contains(text, `{method="GET",endpoint="/hints",status="418"} 1`) &&
			strings.Contains(text, `{method="GET",endpoint="/silent/{id}",status="200"} 2`) &&
			strings.Contains(text, "http_request_duration_seconds_count 3\n")
	})
}

func TestTheLogHoldsNoTokenAndNoQuery(t *testing.T) {
	t.Parallel()
	var log buffer
	c := settings(storetest.New(t))
	s := startLogging(t, c, &log)
	token := tokenOf(t, c, "nobody")
	query(t, s, token, `query Remarkable { viewer { id } }`)
	query(t, s, "", `query Remarkable { viewer { id } }`)
	get(t, s.URL()+"/graphql?query=query+Remarkable+{viewer{id}}")
	eventually(t, "the requests are logged", func() bool { return strings.Count(log.String(), "route=/graphql") == 3 })
	for _, line := range []string{"method=POST", "status=401", "status=200", "took="} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("no %s in the log:\n%s", line, log.String())
		}
	}
	for _, private := range []string{token, "Remarkable", secret} {
		if strings.Contains(log.String(), private) {
			t.Errorf("%q is in the log:\n%s", private, log.String())
		}
	}
}

func TestReadinessAsksSparingly(t *testing.T) {
	t.Parallel()
	asked := 0
	r := newReadiness(slog.New(slog.DiscardHandler))
	r.askFrom(func(context.Context) (string, error) { asked++; return "", nil })
	for range 3 {
		if reason := r.reasonNow(t.Context()); reason != "" {
			t.Error(reason)
		}
	}
	if asked != 1 {
		t.Errorf("the database was asked %d times", asked)
	}
}

func TestReadinessFollowsTheDatabase(t *testing.T) {
	t.Parallel()
	var log buffer
	says := "the database does not answer"
	r := newReadiness(slog.New(slog.NewTextHandler(&log, nil)))
	r.askFrom(func(context.Context) (string, error) { return says, io.ErrUnexpectedEOF })
	for _, want := range []string{says, "", says} {
		says = want
		r.asked = r.asked.Add(-readyAge) // As if it were long ago.
		if got := r.reasonNow(t.Context()); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if changes := strings.Count(log.String(), "readiness changed"); changes != 3 {
		t.Errorf("%d changes in the log:\n%s", changes, log.String())
	}
	r.refuse("the server is stopping")
	if got := r.reasonNow(t.Context()); got != "the server is stopping" {
		t.Errorf("got %q", got)
	}
}
