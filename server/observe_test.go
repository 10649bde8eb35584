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
	s.readiness.askFrom(func(context.Context) (string, error) { return "", nil })
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
	_, id, _ := strings.Cut(body, `"errorId":"`)
	id, _, _ = strings.Cut(id, `"`)
	if id == "" || !strings.Contains(body, "quote error "+id) || !strings.Contains(log.String(), "error_id="+id) {
		t.Errorf("the id is %q in %s and the log:\n%s", id, body, log.String())
	}
	if status, body, reused, err := fetch(t, s.URL()+"/fine"); status != 200 || !reused {
		t.Errorf("afterwards: %d %s %v, on the same connection: %v", status, body, err, reused)
	}
	eventually(t, "it is logged and counted", func() bool {
		_, text := get(t, s.URL()+"/metrics")
		return strings.Contains(log.String(), "at the disco") && strings.Contains(log.String(), "observe_test.go") &&
			strings.Contains(text, `http_requests_total{method="GET",endpoint="/panic",status="500"} 1`) &&
			strings.Contains(text, "graphql_panics_total 1\n")
	})
}

// TestAPanicKeepsTheHeadersOfEveryAnswer, and those of what was to be the body go.
func TestAPanicKeepsTheHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	s := withRoutes(t, io.Discard, map[string]http.HandlerFunc{"GET /panic": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Etag", `"x"`)
		w.Header().Set("Cache-Control", "max-age=60")
		panic("at the disco")
	}})
	response, err := http.Get(s.URL() + "/panic")
	must(t, err)
	_ = response.Body.Close()
	if got := response.Header.Values("Cache-Control"); len(got) != 1 || got[0] != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	for name, there := range map[string]bool{"X-Request-Id": true, "X-Content-Type-Options": true, "Etag": false} {
		if (response.Header.Get(name) != "") != there {
			t.Errorf("%s is %q", name, response.Header.Get(name))
		}
	}
}

// TestTheAPIAloneIsTimed, whatever comes of it.
func TestTheAPIAloneIsTimed(t *testing.T) {
	t.Parallel()
	s := withRoutes(t, io.Discard, map[string]http.HandlerFunc{
		"GET /graphql":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		"POST /graphql": func(http.ResponseWriter, *http.Request) { panic("at the disco") },
		"GET /assets/":  func(http.ResponseWriter, *http.Request) {},
	})
	for _, path := range []string{"/graphql", "/assets/x", "/healthz", "/nothing"} {
		get(t, s.URL()+path)
	}
	response, err := http.Post(s.URL()+"/graphql", "application/json", nil)
	must(t, err)
	_ = response.Body.Close()
	eventually(t, "all are counted", func() bool {
		_, text := get(t, s.URL()+"/metrics")
		return strings.Contains(text, `endpoint="other",status="404"} 1`) && strings.Contains(text, `endpoint="/graphql",status="500"} 1`) &&
			strings.Contains(text, "http_request_duration_seconds_count 2\n")
	})
}

// TestAClientThatLeavesIsNoFailureOfOurs: it is counted apart.
func TestAClientThatLeavesIsNoFailureOfOurs(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	s := withRoutes(t, io.Discard, map[string]http.HandlerFunc{"GET /graphql": func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}})
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/graphql", nil)
	must(t, err)
	go func() {
		<-entered
		leave()
	}()
	if response, err := http.DefaultClient.Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("it was answered")
	}
	eventually(t, "it is counted", func() bool {
		_, text := get(t, s.URL()+"/metrics")
		return strings.Contains(text, `http_requests_total{method="GET",endpoint="/graphql",status="499"} 1`)
	})
}

// TestAFailedFieldIsLoggedWithTheNameOfItsRequest, so that the lines of one request can be put together.
func TestAFailedFieldIsLoggedWithTheNameOfItsRequest(t *testing.T) {
	t.Parallel()
	var log buffer
	c := settings(seeded(t))
	s := startLogging(t, c, &log)
	_, err := s.store.DB().ExecContext(t.Context(), `ALTER TABLE chat RENAME TO hidden`)
	must(t, err)
	r, err := http.NewRequest(http.MethodPost, s.URL()+"/graphql", strings.NewReader(`{"query":"{ viewer { chats { nodes { id } } } }"}`))
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+tokenOf(t, c, "demo-user"))
	r.Header.Set("X-Request-Id", "the-name-of-this")
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	_ = response.Body.Close()
	eventually(t, "the field and the request are logged with it", func() bool {
		named := map[string]bool{}
		for line := range strings.Lines(log.String()) {
			for _, what := range []string{`msg="a field failed"`, "msg=request"} {
				if strings.Contains(line, what) && strings.Count(line, "request_id=the-name-of-this") == 1 {
					named[what] = true
				}
			}
		}
		return len(named) == 2
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
			strings.Contains(text, `{method="GET",endpoint="/silent/{id}",status="200"} 2`)
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
